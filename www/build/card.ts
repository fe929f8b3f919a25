// Turns a model's card, Markdown in the repository, into a piece of HTML for the page.

import { Marked, Renderer } from "marked";

const RULES = new Renderer();

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: {
    // Only text and links of a card reach the page.
    html: () => "",
    image: ({ text }) => escapeHtml(text),
    /** The site does not serve the repository's other files, so only absolute links stay links. */
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      if (!href.startsWith("https://")) return words;
      return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener">${words}</a>`;
    },
    /** The page has its own title for the model; the card's headings go two levels below it. */
    heading({ depth, tokens }) {
      if (depth === 1) return "";
      const tag = `h${Math.min(6, depth + 2)}`;
      return `<${tag}>${this.parser.parseInline(tokens)}</${tag}>\n`;
    },
    /** Wide tables scroll on their own, by keyboard too. An empty corner cell is not a header. */
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
