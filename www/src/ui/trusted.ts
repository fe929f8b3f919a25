// What the browser may take as markup or as a script under `require-trusted-types-for 'script'`. All of it is the site's own:
// drawings and cards that the build made, and the service worker. Everything from a user, a file or a model is text.

interface Policy {
  createHTML(markup: string): unknown;
  createScriptURL(address: string): unknown;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(markup: string): string; createScriptURL(address: string): string }): Policy;
}

/** The name that the site's Content-Security-Policy allows; see build/security.ts. */
const NAME = "sourcing-sound-page";

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
const policy = trustedTypes?.createPolicy(NAME, {
  createHTML: (markup) => markup,
  createScriptURL(address) {
    if (new URL(address, document.baseURI).origin !== origin) throw new TypeError(`${address} is not the site's own`);
    return address;
  },
});

/** Shows markup that the site's build made. */
export function setMarkup(element: HTMLElement, markup: string): void {
  element.innerHTML = (policy?.createHTML(markup) ?? markup) as string;
}

/** The address of a script of the site. */
export function ownScript(address: URL): string {
  return (policy?.createScriptURL(address.href) ?? address.href) as string;
}
