//! Checked attributes of nodes.

use super::super::onnx::Node;
use super::super::uncovered::Uncovered;
use sourcing_sound_kernels::network::{Shape, Window};

/// The largest kernel, step, spacing or padding.
const MAX_SIZE: usize = 1 << 12;

/// Reads the window of a convolution or a pooling. `kernel` is the size of the weights, if there
/// are any.
pub(super) fn window(
    node: &Node,
    kernel: Option<[usize; 2]>,
    input: Shape,
) -> Result<Window, Uncovered> {
    let kernel = match (pair(node, "kernel_shape", None)?, kernel) {
        (Some(given), Some(weights)) if given != weights => {
            return Err(Uncovered::new(format!(
                "a kernel of {given:?} with weights of {weights:?}"
            )));
        }
        (given, weights) => given.or(weights).ok_or_else(|| Uncovered::new("no kernel"))?,
    };
    let one = Some([1, 1]);
    let (Some(strides), Some(dilations)) =
        (pair(node, "strides", one)?, pair(node, "dilations", one)?)
    else {
        return Err(Uncovered::new("no strides"));
    };
    if node.int("ceil_mode", 0) != 0 {
        return Err(Uncovered::new("pooling that rounds up"));
    }
    // The kernel may be the size of the weights, and the padding may be computed.
    let in_range = |size: usize| (1..=MAX_SIZE).contains(&size);
    if ![kernel, strides, dilations].iter().flatten().all(|&size| in_range(size)) {
        return Err(Uncovered::new(format!("a window of a size other than 1 to {MAX_SIZE}")));
    }
    let mut window = Window { kernel, strides, dilations, before: [0; 2], after: [0; 2] };
    pad(node, &mut window, input)?;
    if [window.before, window.after].iter().flatten().any(|&size| size > MAX_SIZE) {
        return Err(Uncovered::new(format!("padding of more than {MAX_SIZE}")));
    }
    Ok(window)
}

fn pad(node: &Node, window: &mut Window, input: Shape) -> Result<(), Uncovered> {
    let auto = node.attribute("auto_pad").map_or(&b"NOTSET"[..], |attribute| attribute.s);
    match (auto, node.ints("pads")) {
        (b"NOTSET" | b"" | b"VALID", []) => {}
        (b"NOTSET" | b"", &[top, left, bottom, right]) => {
            window.before = [size(top)?, size(left)?];
            window.after = [size(bottom)?, size(right)?];
        }
        (b"SAME_UPPER" | b"SAME_LOWER", _) => {
            for (axis, length) in [input.rows, input.columns].into_iter().enumerate() {
                let steps = length.div_ceil(window.strides[axis]).saturating_sub(1);
                let reach = steps * window.strides[axis] + covered(window, axis);
                let total = reach.saturating_sub(length);
                let less = total / 2;
                let more = total - less;
                let upper = auto == b"SAME_UPPER";
                window.before[axis] = if upper { less } else { more };
                window.after[axis] = if upper { more } else { less };
            }
        }
        _ => return Err(Uncovered::new("padding of this kind")),
    }
    Ok(())
}

/// Returns how many pixels a window covers along an axis.
fn covered(window: &Window, axis: usize) -> usize {
    (window.kernel[axis] - 1) * window.dilations[axis] + 1
}

/// Returns the shape that results from moving a window over the input.
pub(super) fn windowed(window: &Window, input: Shape, channels: usize) -> Result<Shape, Uncovered> {
    let size = |axis: usize, length: usize| {
        let padded = length + window.before[axis] + window.after[axis];
        let steps = padded.checked_sub(covered(window, axis))? / window.strides[axis];
        Some(steps + 1)
    };
    let sizes = size(0, input.rows).zip(size(1, input.columns));
    let (rows, columns) = sizes
        .ok_or_else(|| Uncovered::new(format!("{window:?}, which is larger than {input:?}")))?;
    Ok(Shape { channels, rows, columns })
}

fn pair(
    node: &Node,
    name: &str,
    default: Option<[usize; 2]>,
) -> Result<Option<[usize; 2]>, Uncovered> {
    match node.ints(name) {
        [] => Ok(default),
        &[rows, columns] => Ok(Some([size(rows)?, size(columns)?])),
        other => Err(Uncovered::new(format!("{name} of {other:?}"))),
    }
}

fn size(value: i64) -> Result<usize, Uncovered> {
    usize::try_from(value)
        .ok()
        .filter(|&size| size <= MAX_SIZE)
        .ok_or_else(|| Uncovered::new(format!("a window with the size {value}")))
}
