//! JSON as a tree, for files that a browser reads: the code that serde derives for each type would
//! be a large part of the browser's module.

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;

/// Most values in a text: in memory, each takes many times its bytes in the file.
const MAX_VALUES: usize = 1 << 20;

/// A value. Numbers without a fraction or an exponent are whole.
pub(crate) enum Json {
    Whole(u64),
    Real(f64),
    Text(String),
    List(Vec<Json>),
    Object(Fields),
    /// `null`, `true` or `false`, which no valid file contains.
    Other,
}

/// The fields of an object in order; a name may occur several times.
pub(crate) struct Fields(Vec<(String, Json)>);

impl Json {
    /// # Errors
    /// Describes what is wrong with the text, and where.
    pub(crate) fn read(text: &[u8]) -> Result<Json, String> {
        read(text, &[])
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Json::Whole(number) => Some(*number as f64),
            Json::Real(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn whole(&self) -> Option<usize> {
        match self {
            Json::Whole(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    /// Converts each value of a list with `item`; `None` if this is not a list, or `item` refuses a
    /// value.
    pub(crate) fn list<T>(&self, item: impl Fn(&Json) -> Option<T>) -> Option<Vec<T>> {
        match self {
            Json::List(items) => items.iter().map(item).collect(),
            _ => None,
        }
    }

    pub(crate) fn texts(&self) -> Option<Vec<String>> {
        self.list(|item| item.text().map(str::to_owned))
    }

    pub(crate) fn wholes(&self) -> Option<Vec<usize>> {
        self.list(Json::whole)
    }

    pub(crate) fn object(&self) -> Option<&Fields> {
        match self {
            Json::Object(fields) => Some(fields),
            _ => None,
        }
    }
}

impl Fields {
    /// Reads the fields of an object that have one of these names; all others are skipped without
    /// being stored.
    ///
    /// # Errors
    /// Describes what is wrong with the text, and where.
    pub(crate) fn read(text: &[u8], names: &[&str]) -> Result<Fields, String> {
        match read(text, names)? {
            Json::Object(fields) => Ok(fields),
            _ => Err("it is no object".to_owned()),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Returns a field, converted by `as_expected`.
    ///
    /// # Errors
    /// Names a field that is missing, duplicate or not as expected.
    pub(crate) fn get<'a, T>(
        &'a self,
        name: &str,
        expected: &str,
        as_expected: impl FnOnce(&'a Json) -> Option<T>,
    ) -> Result<T, String> {
        let value = self.find(name)?.ok_or_else(|| format!("missing field {name:?}"))?;
        as_expected(value).ok_or_else(|| format!("{name}: expected {expected}"))
    }

    /// Returns a field that may be missing.
    ///
    /// # Errors
    /// Names a duplicate field.
    pub(crate) fn find(&self, name: &str) -> Result<Option<&Json>, String> {
        let mut found = self.iter().filter(|(other, _)| *other == name).map(|(_, value)| value);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(format!("the field {name:?} is there twice")),
            (value, None) => Ok(value),
        }
    }

    /// # Errors
    /// As [`Self::get`], like the methods below.
    pub(crate) fn text(&self, name: &str) -> Result<&str, String> {
        self.get(name, "a text", Json::text)
    }

    pub(crate) fn number(&self, name: &str) -> Result<f64, String> {
        self.get(name, "a number", Json::number)
    }

    pub(crate) fn whole(&self, name: &str) -> Result<usize, String> {
        self.get(name, "a whole number", Json::whole)
    }
}

fn read(text: &[u8], names: &[&str]) -> Result<Json, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let count = Cell::new(0);
    let value = Reader { names, count: &count }.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    match value {
        Ok(_) if count.get() > MAX_VALUES => Err("it has more than 1,048,576 values".to_owned()),
        Ok(value) => Ok(value),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a value; from an object, only the fields with these names, or all of them if none are
/// given.
#[derive(Clone, Copy)]
struct Reader<'a> {
    names: &'a [&'a str],
    /// Values so far.
    count: &'a Cell<usize>,
}

impl Reader<'_> {
    /// Returns the reader of the values inside of a list or an object.
    fn inner(self) -> Self {
        Reader { names: &[], ..self }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.count.set(self.count.get() + 1);
        match self.count.get() <= MAX_VALUES {
            true => deserializer.deserialize_any(self),
            // The text is refused after it has been read.
            false => deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Json::Other),
        }
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Whole(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Real(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Real(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inner())? {
            if self.count.get() <= MAX_VALUES {
                list.push(item);
            }
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            let is_named = self.names.is_empty() || self.names.contains(&name.as_str());
            if is_named && self.count.get() <= MAX_VALUES {
                fields.push((name, entries.next_value_seed(self.inner())?));
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Json::Object(Fields(fields)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;

    const TEXT: &str =
        r#"{"a": 3, "b": [0.5, -1, 1e2, 7], "c": {"d": "é\n", "d": null}, "e": true}"#;

    #[test]
    fn values_are_of_their_kinds() {
        let json = Json::read(TEXT.as_bytes()).unwrap();
        let fields = json.object().unwrap();
        assert_eq!(fields.whole("a"), Ok(3));
        assert_eq!(fields.number("a"), Ok(3.0));
        let list = fields.get("b", "a list", Some).unwrap();
        assert_eq!(list.list(Json::number).unwrap(), [0.5, -1.0, 100.0, 7.0]);
        assert_eq!(list.list(Json::whole), None, "a fraction is not whole");
        let inner = fields.get("c", "an object", Json::object).unwrap();
        assert_eq!(inner.iter().next().unwrap().1.text(), Some("é\n"));
        assert_eq!(inner.text("d").unwrap_err(), r#"the field "d" is there twice"#);
        assert_eq!(fields.text("a").unwrap_err(), "a: expected a text");
        assert_eq!(fields.text("x").unwrap_err(), r#"missing field "x""#);
        assert!(fields.find("x").unwrap().is_none());
    }

    #[test]
    fn fields_that_are_not_named_are_skipped() {
        let fields = Fields::read(TEXT.as_bytes(), &["c", "e"]).unwrap();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["c", "e"]);
        // Inside of named fields, nothing is skipped.
        assert_eq!(fields.get("c", "an object", Json::object).unwrap().iter().count(), 2);
        assert!(Fields::read(b"[1]", &["c"]).is_err());
    }

    #[test]
    fn broken_and_large_texts_are_refused() {
        for text in ["", "{", r#"{"a": }"#, "1 2", r#"{"a": 1} b"#, "\u{feff}{}", &"[".repeat(1000)]
        {
            assert!(Json::read(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(Json::read(&[b'"', 0xff, b'"']).is_err(), "not UTF-8");
        let many = |count: usize| format!(r#"{{"a": [{}0], "b": 1}}"#, "0,".repeat(count));
        assert!(Json::read(many(MAX_VALUES / 2).as_bytes()).is_ok());
        assert!(
            Json::read(many(MAX_VALUES).as_bytes()).is_err_and(|why| why.contains("1,048,576"))
        );
        // Skipped values take no memory.
        assert!(Fields::read(many(MAX_VALUES).as_bytes(), &["b"]).is_ok());
    }
}
