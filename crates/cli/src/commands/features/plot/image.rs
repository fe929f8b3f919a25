//! Draws levels as a picture inside of an SVG: an indexed PNG as a data URI.

use anyhow::Context;

/// matplotlib's "magma", which is perceptually uniform and readable for the colour-blind: a
/// polynomial of degree six per channel, within 2% of the original table. The page uses the same
/// colours.
const MAGMA: [[f64; 7]; 3] = [
    [
        -0.002136485,
        0.251660541,
        8.353717279,
        -27.668733086,
        52.17613981,
        -50.768525365,
        18.655705066,
    ],
    [
        -0.000749655,
        0.677523244,
        -3.577719515,
        14.264730781,
        -27.943606072,
        29.046582821,
        -11.48977352,
    ],
    [
        -0.005386128,
        2.494026599,
        0.314467903,
        -13.649213188,
        12.944169442,
        4.234152994,
        -5.601961509,
    ],
];

/// Returns the colour of a level from 0 (dark) to 1 (bright): red, green, blue.
pub(super) fn colour(level: f64) -> [u8; 3] {
    MAGMA.map(|coefficients| {
        let value = coefficients.iter().rev().fold(0.0, |sum, c| sum * level + c);
        (value.clamp(0.0, 1.0) * 255.0).round() as u8
    })
}

/// Encodes a picture of `levels` from 0 to 1, with `width` of them per line, from the top down.
///
/// # Errors
/// If the encoder rejects the size.
pub(super) fn data_uri(levels: &[f64], width: usize) -> anyhow::Result<String> {
    let height = levels.len() / width.max(1);
    let indices: Vec<u8> =
        levels.iter().map(|level| (level.clamp(0.0, 1.0) * 255.0).round() as u8).collect();
    let palette: Vec<u8> = (0..=255).flat_map(|index| colour(f64::from(index) / 255.0)).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width.try_into()?, height.try_into()?);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().context("cannot encode the picture")?;
    writer.write_image_data(&indices).context("cannot encode the picture")?;
    writer.finish().context("cannot encode the picture")?;
    Ok(format!("data:image/png;base64,{}", base64(&bytes)))
}

/// Encodes as base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place)) as usize % 64];
            text.push(if place <= group.len() { letter.into() } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    /// The examples of RFC 4648, section 10.
    #[test]
    fn base64_follows_the_standard() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn pictures_are_png_and_have_a_size() {
        let uri = data_uri(&[0.0, 0.5, 1.0, 2.0, -1.0, 0.25], 3).unwrap();
        assert!(uri.starts_with("data:image/png;base64,iVBORw0KGgo"), "{uri}");
        assert!(data_uri(&[], 0).is_err());
    }

    #[test]
    fn colours_run_from_black_to_light_yellow() {
        assert_eq!(colour(0.0), [0, 0, 0]);
        let [red, green, blue] = colour(1.0);
        assert!(red > 245 && green > 245 && (180..205).contains(&blue), "{red} {green} {blue}");
    }
}
