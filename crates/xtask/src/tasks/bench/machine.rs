//! Describes the machine of a measurement: enough to compare it, too little to identify it.

use std::fs;
use std::process::Command;
use std::thread;

use crate::tools::process;

/// Cores and model of the processor.
pub struct Machine {
    /// Cores that this process may use; 0 if the system does not report it.
    pub cores: usize,
    /// The processor's name.
    pub processor: String,
}

impl Machine {
    /// Reads the values from the system.
    pub fn find() -> Self {
        let linux = || processor_in(&fs::read_to_string("/proc/cpuinfo").ok()?);
        let mac = || {
            process::output(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"])).ok()
        };
        Self {
            cores: thread::available_parallelism().map_or(0, usize::from),
            processor: linux().or_else(mac).unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        }
    }
}

/// Returns the model's name in Linux's `/proc/cpuinfo`.
fn processor_in(cpuinfo: &str) -> Option<String> {
    let lines = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let mut names = lines.filter(|(key, _)| key.trim() == "model name");
    names.next().map(|(_, name)| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::processor_in;

    #[test]
    fn the_processor_is_read() {
        let cpuinfo =
            "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Some CPU @ 2.00GHz\n\nprocessor\t: 1\n";
        assert_eq!(processor_in(cpuinfo).as_deref(), Some("Some CPU @ 2.00GHz"));
        assert_eq!(processor_in("Processor\t: ARM\n"), None);
    }
}
