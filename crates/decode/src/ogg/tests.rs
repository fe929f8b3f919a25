use super::losses::{MAX_STREAMS, Pages};
use super::page::{HEADER_BYTES, SUM_AT, checksum};

fn page(serial: u8, number: u32, body: &[u8]) -> Vec<u8> {
    let mut page = b"OggS\0\0\0\0\0\0\0\0\0\0".to_vec();
    page.extend([serial, 0, 0, 0]);
    page.extend(number.to_le_bytes());
    page.extend([0, 0, 0, 0, 1, body.len() as u8]);
    page.extend(body);
    let sum = checksum(&page);
    page[SUM_AT..SUM_AT + 4].copy_from_slice(&sum.to_le_bytes());
    page
}

/// Counts the losses of a file, which do not depend on the pieces in which it is read.
fn losses(file: &[Vec<u8>]) -> usize {
    let file = file.concat();
    let found = [1, 7, 1_000].map(|size| {
        let mut pages = Pages::default();
        file.chunks(size).for_each(|piece| pages.push(piece));
        assert!(pages.bytes.len() < 2 * HEADER_BYTES, "{}", pages.bytes.len());
        pages.losses.locked().resumed.count()
    });
    assert_eq!(found, [found[0]; 3]);
    found[0]
}

#[test]
fn only_missing_and_damaged_pages_are_losses() {
    let body = b"OggS is no page";
    let row: Vec<Vec<u8>> = (0..6).map(|number| page(1, number, body)).collect();
    assert_eq!(losses(&row), 0);
    let missing = [&row[..2], &row[4..]].concat();
    assert_eq!(losses(&missing), 1);
    let mut damaged = row.clone();
    damaged[2][HEADER_BYTES + 5] ^= 1;
    assert_eq!(losses(&damaged), 1);
    damaged[3][0] = b'o';
    assert_eq!(losses(&damaged), 1);
    damaged[5].pop();
    damaged.push(page(1, 6, body));
    assert_eq!(losses(&damaged), 2);
    // Bytes between pages, and two streams in one file, interleaved and in sequence.
    let others = [row.clone(), vec![b"between".to_vec()]].concat();
    assert_eq!(losses(&[others.clone(), row.clone()].concat()), 0);
    let two: Vec<Vec<u8>> =
        (0..6).flat_map(|number| [page(1, number, body), page(2, number, b"")]).collect();
    assert_eq!(losses(&two), 0);
}

#[test]
fn seeking_in_a_file_is_not_a_loss() {
    let mut pages = Pages::default();
    pages.push(&page(1, 0, b"a"));
    pages.restart();
    pages.push(&page(1, 9, b"b")[10..]);
    pages.push(&page(1, 10, b"c"));
    pages.restart();
    pages.push(&page(1, 1, b"d"));
    assert_eq!(pages.losses.locked().resumed.count(), 0);
    pages.push(&page(1, 3, b"e"));
    assert_eq!(pages.losses.locked().resumed.count(), 1);
}

#[test]
fn of_many_streams_only_the_last_ones_are_followed() {
    let mut pages = Pages::default();
    for serial in 0..200 {
        pages.push(&page(serial, 0, b"a"));
        assert!(pages.losses.locked().streams.len() <= MAX_STREAMS);
    }
    pages.push(&page(199, 2, b"b"));
    assert_eq!(pages.losses.locked().resumed.count(), 1);
}

#[test]
fn what_a_damaged_page_states_counts_until_a_good_one() {
    let with_position = |number: u32, position: u64, flags: u8| {
        let mut page = page(1, number, b"body");
        page[5] = flags;
        page[6..14].copy_from_slice(&position.to_le_bytes());
        page[SUM_AT..SUM_AT + 4].fill(0);
        let sum = checksum(&page);
        page[SUM_AT..SUM_AT + 4].copy_from_slice(&sum.to_le_bytes());
        page
    };
    let mut last = with_position(2, 3_000, 4);
    last[HEADER_BYTES + 2] ^= 1;
    let mut pages = Pages::default();
    pages.push(&[with_position(0, 1_000, 0), with_position(1, 2_000, 0), last].concat());
    let missing = |pages: &Pages| pages.losses.damaged_end(1).map(|end| end.missing);
    assert_eq!(missing(&pages), Some(Some(1_000)));
    pages.push(&with_position(3, 4_000, 0));
    assert_eq!(missing(&pages), None);
    pages.push(&[0; 100]);
    assert_eq!(missing(&pages), Some(None));
}
