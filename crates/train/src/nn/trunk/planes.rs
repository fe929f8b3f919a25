//! The images that the kernels read and write: sixteen channels side by side, and around every
//! plane a halo of zeros, which is the convolutions' padding.

/// Channels side by side.
pub const LANES: usize = 16;

/// One value of each of sixteen channels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(align(64))]
pub struct Lanes(pub [f32; LANES]);

/// Returns how many groups of lanes some channels take; the last one is padded with zeros.
pub fn groups_of(channels: usize) -> usize {
    channels.div_ceil(LANES)
}

/// `[n][groups][height + 2 · halo][width + 2 · halo]` lanes. Channel `c` is lane `c % 16` of group
/// `c / 16`. The halo is never written to.
#[derive(Clone, Debug, Default)]
pub struct Planes {
    n: usize,
    groups: usize,
    height: usize,
    width: usize,
    halo: usize,
    values: Vec<Lanes>,
}

impl Planes {
    /// Takes another shape. The contents are kept only if the shape stays the same.
    pub fn reshape(&mut self, n: usize, groups: usize, [height, width]: [usize; 2], halo: usize) {
        let same =
            (self.groups, self.height, self.width, self.halo) == (groups, height, width, halo);
        if !same {
            *self =
                Self { n, groups, height, width, halo, values: std::mem::take(&mut self.values) };
            self.values.clear();
        }
        self.n = n;
        self.values.resize(n * groups * self.plane_len(), Lanes::default());
    }

    /// Returns the number of examples.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Returns the groups of lanes.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Returns the height and width without halo.
    pub fn extents(&self) -> [usize; 2] {
        [self.height, self.width]
    }

    /// Returns the width of the halo.
    pub fn halo(&self) -> usize {
        self.halo
    }

    /// Returns the lanes in a row, including the halo.
    pub fn row_len(&self) -> usize {
        self.width + 2 * self.halo
    }

    /// Returns the lanes in a plane, including the halo.
    pub fn plane_len(&self) -> usize {
        (self.height + 2 * self.halo) * self.row_len()
    }

    /// Returns all planes of one example.
    pub fn example(&self, index: usize) -> &[Lanes] {
        let len = self.groups * self.plane_len();
        &self.values[index * len..(index + 1) * len]
    }

    /// Returns the same, for writing.
    pub fn example_mut(&mut self, index: usize) -> &mut [Lanes] {
        let len = self.groups * self.plane_len();
        &mut self.values[index * len..(index + 1) * len]
    }

    /// Returns the rows of one plane, without halo.
    pub fn rows(&self, example: usize, group: usize) -> impl Iterator<Item = &[Lanes]> {
        let (halo, width, len) = (self.halo, self.width, self.plane_len());
        let plane = &self.example(example)[group * len..(group + 1) * len];
        let rows = plane.chunks_exact(self.row_len().max(1)).skip(halo).take(self.height);
        rows.map(move |row| &row[halo..halo + width])
    }

    /// Returns the same, for writing.
    pub fn rows_mut(&mut self, example: usize, group: usize) -> impl Iterator<Item = &mut [Lanes]> {
        let (halo, width, height) = (self.halo, self.width, self.height);
        let (len, row_len) = (self.plane_len(), self.row_len());
        let plane = &mut self.example_mut(example)[group * len..(group + 1) * len];
        let rows = plane.chunks_exact_mut(row_len.max(1)).skip(halo).take(height);
        rows.map(move |row| &mut row[halo..halo + width])
    }
}
