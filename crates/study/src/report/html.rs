//! Pieces of markup that every section uses. Their inputs are already escaped.

use std::fmt::Display;

/// Returns a box that scrolls sideways if its content is wider than the page.
pub fn scrolling(name: &str, content: &str) -> String {
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{name}\">{content}</div>"
    )
}

/// Returns a table with a heading over every column; `attributes` are those of the element, with a
/// space before each.
pub fn table(attributes: &str, caption: &str, columns: &[&str], rows: &str) -> String {
    let columns: String = columns.iter().map(|name| heading(name)).collect();
    format!(
        "<table{attributes}><caption>{caption}</caption><thead><tr>{columns}</tr></thead><tbody>\
         {rows}</tbody></table>"
    )
}

/// Returns the heading of a column.
pub fn heading(name: &str) -> String {
    format!("<th scope=\"col\">{name}</th>")
}

/// Returns a row of a table; `cells` come after its name.
pub fn row<T: Display>(name: &str, cells: impl IntoIterator<Item = T>) -> String {
    let cells: String = cells.into_iter().map(|cell| format!("<td>{cell}</td>")).collect();
    format!("<tr><th scope=\"row\">{name}</th>{cells}</tr>")
}

/// Returns a row that sums up those above.
pub fn total<T: Display>(name: &str, cells: impl IntoIterator<Item = T>) -> String {
    row(name, cells).replacen("<tr>", "<tr class=\"total\">", 1)
}

/// Returns a list of facts, each with its name.
pub fn facts(facts: &[(&str, String)]) -> String {
    let fact = |(name, value): &(&str, String)| format!("<dt>{name}</dt><dd>{value}</dd>");
    format!("<dl class=\"facts\">{}</dl>", facts.iter().map(fact).collect::<String>())
}

/// Shows a value, or a dash.
pub fn or_dash<T>(value: Option<T>, show: impl FnOnce(T) -> String) -> String {
    value.map_or("–".to_owned(), show)
}
