// A model's card, Markdown in the repository, as a piece of HTML for the page.

import { Marked, Renderer } from "marked";

const RULES = new Renderer();

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: {
    // The card is text: whatever else somebody writes into it stays out of the page.
    html: () => "",
    image: ({ text }) => escapeHtml(text),
    /** On a static host the repository's files are not beside the card; only links to elsewhere lead anywhere. */
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      if (!href.startsWith("https://")) return words;
      return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener">${words}</a>`;
    },
    /** The page has its own title for the model, and the card's parts are two levels below it. */
    heading({ depth, tokens }) {
      if (depth === 1) return "";
      const tag = `h${Math.min(6, depth + 2)}`;
      return `<${tag}>${this.parser.parseInline(tokens)}</${tag}>\n`;
    },
    /** Wide tables scroll by themselves, by keyboard too. A corner without words heads nothing. */
    table(token) {
      const table = RULES.table.call(this, token).replaceAll(/<th([^>]*)><\/th>/g, "<td$1></td>");
      return `<div class="card-table" tabindex="0">\n${table}</div>\n`;
    },
  },
});

export function cardHtml(markdown: string): string {
  return marked.parse(markdown) as string;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
