//! What tasks share: finding programs and folders, installing what is missing, running commands.
//! Nothing here imports a task.

pub mod browser;
pub mod cargo;
pub mod dependencies;
pub mod files;
pub mod node;
pub mod process;
pub mod python;
pub mod workspace;
