//! The part of the ONNX format that the engine reads, with the field numbers of `onnx.proto`.
//! Fields that are not listed are skipped. Texts and weights stay where they are in the file.

/// The most fields of a file: in memory, each may take a hundred times its two bytes.
const MAX_FIELDS: usize = 1 << 20;
/// The most packed integers of a file: in memory, each takes eight times its one byte.
const MAX_INTEGERS: usize = 32 << 20;

/// How much more a file may contain.
struct Room {
    fields: usize,
    integers: usize,
}

/// The value of a field.
#[derive(Clone, Copy)]
enum Value<'a> {
    Number(u64),
    /// A text, a message, packed numbers, or a single number of fixed size.
    Bytes(&'a [u8]),
}

/// A message, field by field.
trait Message<'a>: Default {
    /// Stores a field; `None` if it is of the wrong kind.
    fn take(&mut self, number: u64, value: Value<'a>, room: &mut Room) -> Option<()>;
}

#[derive(Default)]
pub(crate) struct Model<'a> {
    pub(crate) graph: Option<Graph<'a>>,
    pub(crate) metadata_props: Vec<Property<'a>>,
}

#[derive(Default)]
pub(crate) struct Property<'a> {
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
}

#[derive(Default)]
pub(crate) struct Graph<'a> {
    pub(crate) node: Vec<Node<'a>>,
    pub(crate) initializer: Vec<Tensor<'a>>,
    pub(crate) input: Vec<ValueInfo<'a>>,
    pub(crate) output: Vec<ValueInfo<'a>>,
}

#[derive(Default)]
pub(crate) struct Node<'a> {
    pub(crate) input: Vec<&'a str>,
    pub(crate) output: Vec<&'a str>,
    pub(crate) op_type: &'a str,
    pub(crate) attribute: Vec<Attribute<'a>>,
    pub(crate) domain: &'a str,
}

#[derive(Default)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: &'a str,
    pub(crate) f: f32,
    pub(crate) i: i64,
    pub(crate) s: &'a [u8],
    pub(crate) t: Option<Tensor<'a>>,
    pub(crate) ints: Vec<i64>,
}

#[derive(Default)]
pub(crate) struct Tensor<'a> {
    pub(crate) dims: Vec<i64>,
    pub(crate) data_type: i64,
    pub(crate) float_data: Vec<f32>,
    pub(crate) int32_data: Vec<i64>,
    pub(crate) int64_data: Vec<i64>,
    pub(crate) name: &'a str,
    pub(crate) raw_data: &'a [u8],
    /// 1 if the values are in another file.
    pub(crate) data_location: i64,
}

#[derive(Default)]
pub(crate) struct ValueInfo<'a> {
    pub(crate) name: &'a str,
    /// Declared dimensions: 0 for those that the graph leaves open, empty if it declares none.
    pub(crate) declared_shape: Vec<i64>,
}

impl<'a> Model<'a> {
    /// Reads a model; `None` for bytes that are not ONNX or have too many fields.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        message(bytes, &mut Room { fields: MAX_FIELDS, integers: MAX_INTEGERS })
    }
}

impl<'a> Message<'a> for Model<'a> {
    fn take(&mut self, number: u64, value: Value<'a>, room: &mut Room) -> Option<()> {
        match number {
            7 => self.graph = Some(value.message(room)?),
            14 => self.metadata_props.push(value.message(room)?),
            _ => {}
        }
        Some(())
    }
}

impl<'a> Message<'a> for Property<'a> {
    fn take(&mut self, number: u64, value: Value<'a>, _: &mut Room) -> Option<()> {
        match number {
            1 => self.key = value.text()?,
            2 => self.value = value.text()?,
            _ => {}
        }
        Some(())
    }
}

impl<'a> Message<'a> for Graph<'a> {
    fn take(&mut self, number: u64, value: Value<'a>, room: &mut Room) -> Option<()> {
        match number {
            1 => self.node.push(value.message(room)?),
            5 => self.initializer.push(value.message(room)?),
            11 => self.input.push(value.message(room)?),
            12 => self.output.push(value.message(room)?),
            _ => {}
        }
        Some(())
    }
}

impl<'a> Message<'a> for Node<'a> {
    fn take(&mut self, number: u64, value: Value<'a>, room: &mut Room) -> Option<()> {
        match number {
            1 => self.input.push(value.text()?),
            2 => self.output.push(value.text()?),
            4 => self.op_type = value.text()?,
            5 => self.attribute.push(value.message(room)?),
            7 => self.domain = value.text()?,
            _ => {}
        }
        Some(())
    }
}

impl<'a> Message<'a> for Attribute<'a> {
    fn take(&mut self, number: u64, value: Value<'a>, room: &mut Room) -> Option<()> {
        match number {
            1 => self.name = value.text()?,
            2 => self.f = f32::from_le_bytes(value.bytes()?.try_into().ok()?),
            3 => self.i = value.number()?,
            4 => self.s = value.bytes()?,
            5 => self.t = Some(value.message(room)?),
            8 => value.numbers(&mut self.ints, room)?,
            _ => {}
        }
        Some(())
    }
}

impl<'a> Message<'a> for Tensor<'a> {
    fn take(&mut self, number: u64, value: Value<'a>, room: &mut Room) -> Option<()> {
        match number {
            1 => value.numbers(&mut self.dims, room)?,
            2 => self.data_type = value.number()?,
            4 => {
                let (floats, rest) = value.bytes()?.as_chunks();
                self.float_data.extend(floats.iter().map(|&bytes| f32::from_le_bytes(bytes)));
                return rest.is_empty().then_some(());
            }
            5 => value.numbers(&mut self.int32_data, room)?,
            7 => value.numbers(&mut self.int64_data, room)?,
            8 => self.name = value.text()?,
            9 => self.raw_data = value.bytes()?,
            14 => self.data_location = value.number()?,
            _ => {}
        }
        Some(())
    }
}

impl<'a> Message<'a> for ValueInfo<'a> {
    fn take(&mut self, number: u64, value: Value<'a>, room: &mut Room) -> Option<()> {
        match number {
            1 => self.name = value.text()?,
            2 => {
                // The type contains the tensor's type, which contains the shape.
                self.declared_shape = value.message::<Only<1, Only<2, Shape>>>(room)?.0.0.0;
            }
            _ => {}
        }
        Some(())
    }
}

/// A message of which only one field is needed, which is a message itself.
#[derive(Default)]
struct Only<const NUMBER: u64, M>(M);

impl<'a, const NUMBER: u64, M: Message<'a>> Message<'a> for Only<NUMBER, M> {
    fn take(&mut self, number: u64, value: Value<'a>, room: &mut Room) -> Option<()> {
        if number == NUMBER {
            self.0 = value.message(room)?;
        }
        Some(())
    }
}

#[derive(Default)]
struct Shape(Vec<i64>);

impl<'a> Message<'a> for Shape {
    fn take(&mut self, number: u64, value: Value<'a>, room: &mut Room) -> Option<()> {
        if number == 1 {
            self.0.push(value.message::<Dimension>(room)?.0);
        }
        Some(())
    }
}

#[derive(Default)]
struct Dimension(i64);

impl<'a> Message<'a> for Dimension {
    fn take(&mut self, number: u64, value: Value<'a>, _: &mut Room) -> Option<()> {
        if number == 1 {
            self.0 = value.number()?;
        }
        Some(())
    }
}

impl<'a> Value<'a> {
    fn number(self) -> Option<i64> {
        match self {
            Value::Number(number) => Some(number.cast_signed()),
            Value::Bytes(_) => None,
        }
    }

    fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            Value::Number(_) => None,
        }
    }

    fn text(self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    fn message<M: Message<'a>>(self, room: &mut Room) -> Option<M> {
        message(self.bytes()?, room)
    }

    /// Appends a number, or the packed numbers of a field.
    fn numbers(self, to: &mut Vec<i64>, room: &mut Room) -> Option<()> {
        match self {
            Value::Number(number) => to.push(number.cast_signed()),
            Value::Bytes(mut bytes) => {
                while !bytes.is_empty() {
                    room.integers = room.integers.checked_sub(1)?;
                    to.push(varint(&mut bytes)?.cast_signed());
                }
            }
        }
        Some(())
    }
}

fn message<'a, M: Message<'a>>(mut bytes: &'a [u8], room: &mut Room) -> Option<M> {
    let mut message = M::default();
    while !bytes.is_empty() {
        let (number, value) = field(&mut bytes, room)?;
        message.take(number, value, room)?;
    }
    Some(message)
}

/// Reads the next field: its number and its value.
#[inline(never)]
fn field<'a>(bytes: &mut &'a [u8], room: &mut Room) -> Option<(u64, Value<'a>)> {
    room.fields = room.fields.checked_sub(1)?;
    let key = varint(bytes)?;
    let len = match key & 7 {
        0 => return Some((key >> 3, Value::Number(varint(bytes)?))),
        1 => 8,
        2 => usize::try_from(varint(bytes)?).ok()?,
        5 => 4,
        _ => return None,
    };
    let (value, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some((key >> 3, Value::Bytes(value)))
}

#[inline(never)]
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

impl<'a> Node<'a> {
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attribute.iter().find(|attribute| attribute.name == name)
    }

    pub(crate) fn int(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).map_or(default, |attribute| attribute.i)
    }

    pub(super) fn float(&self, name: &str, default: f32) -> f32 {
        self.attribute(name).map_or(default, |attribute| attribute.f)
    }

    pub(super) fn ints(&self, name: &str) -> &[i64] {
        self.attribute(name).map_or(&[], |attribute| &attribute.ints)
    }

    /// Returns the name of an input; `None` for an omitted one.
    pub(super) fn input(&self, index: usize) -> Option<&'a str> {
        self.input.get(index).copied().filter(|name| !name.is_empty())
    }
}
