//! Counts the instructions that features and networks take in the browser's module. They are the
//! same on every machine, so `www/budget.json` can limit them.
//!
//! The module gets a counter, to which each block adds its instructions when it is entered.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use walrus::ir::{
    self, BinaryOp, Binop, Const, GlobalGet, GlobalSet, InstrSeq, InstrSeqId, Visitor,
};
use walrus::{ConstExpr, GlobalId, LocalFunction, Module, ModuleConfig, ValType};

use crate::tasks::wasm::{self, Names};
use crate::tools::files;
use crate::tools::workspace::Workspace;

/// The name of the counter among the module's exports.
const COUNTER: &str = "instructions";
/// The models by their names in the budget, and their files.
const MODELS: [(&str, &str); 2] =
    [("everyday", "models/everyday/model.onnx"), ("urban-tiny", "models/urban-v1/model.onnx")];

/// Runs `cargo xtask bench instructions`.
pub fn run(workspace: &Workspace) -> Result<()> {
    wasm::build(workspace, Names::Strip)?;
    for (name, counts) in measure(workspace)? {
        println!("{name}: {counts}");
    }
    Ok(())
}

/// Fails if anything takes more instructions than the budget allows. The module must have been
/// built.
pub fn check(workspace: &Workspace) -> Result<()> {
    let budget = workspace.www().join("budget.json");
    let budget: Value = serde_json::from_str(&files::read(&budget)?).context("www/budget.json")?;
    let problems: Vec<String> = measure(workspace)?
        .iter()
        .flat_map(|(name, counts)| problems(name, counts, &budget["instructions"][name]))
        .collect();
    if !problems.is_empty() {
        bail!(
            "more instructions than www/budget.json allows; find what takes them, or raise the limit with a reason:\n{}",
            problems.join("\n")
        );
    }
    Ok(())
}

fn problems(model: &str, counts: &Value, limits: &Value) -> Vec<String> {
    let parts = ["features", "network"].into_iter();
    parts
        .filter_map(|part| {
            let (count, limit) = (counts[part].as_u64(), limits[part].as_u64());
            let fits = count.is_some_and(|count| count > 0) && limit.is_some() && count <= limit;
            (!fits).then(|| format!("{model}, {part}: {} of {}", counts[part], limits[part]))
        })
        .collect()
}

/// Returns the counts of each model in the built module.
fn measure(workspace: &Workspace) -> Result<Vec<(&'static str, Value)>> {
    let folder = workspace.www().join("package").join("wasm");
    let counting = workspace.target().join("instructions.wasm");
    count(&folder.join("sourcing_sound_bg.wasm"), &counting)?;
    let request = json!({
        "script": folder.join("sourcing_sound.js"),
        "module": counting,
        "models": MODELS.map(|(_, file)| workspace.root().join(file)),
    });
    let script = workspace.root().join("benches").join("web").join("instructions.mjs");
    let counts = answer(Command::new("node").arg(script), &request)?;
    let counts = counts.as_array().context("instructions.mjs answered something else")?.clone();
    ensure!(counts.len() == MODELS.len(), "instructions.mjs left models out");
    Ok(MODELS.iter().map(|&(name, _)| name).zip(counts).collect())
}

fn answer(command: &mut Command, request: &Value) -> Result<Value> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("node")?;
    let input = child.stdin.take().context("node has no standard input")?;
    serde_json::to_writer(input, request)?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "instructions.mjs failed");
    serde_json::from_slice(&output.stdout).context("what instructions.mjs printed")
}

/// Writes a module that counts.
fn count(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    let mut module = ModuleConfig::new().parse(&bytes)?;
    add_counter(&mut module);
    fs::write(to, module.emit_wasm()).with_context(|| format!("cannot write {}", to.display()))
}

fn add_counter(module: &mut Module) {
    let zero = ConstExpr::Value(ir::Value::I64(0));
    let counter = module.globals.add_local(ValType::I64, true, false, zero);
    module.exports.add(COUNTER, counter);
    for (_, function) in module.funcs.iter_local_mut() {
        let mut blocks = Blocks::default();
        ir::dfs_in_order(&mut blocks, function, function.entry_block());
        for (block, len) in blocks.0 {
            add(function, block, len, counter);
        }
    }
}

/// Adds `len` to the counter at the start of a block; in a loop, that is where each iteration
/// begins.
fn add(function: &mut LocalFunction, block: InstrSeqId, len: usize, counter: GlobalId) {
    let value = ir::Value::I64(len as i64);
    let added = [
        ir::Instr::from(GlobalGet { global: counter }),
        Const { value }.into(),
        Binop { op: BinaryOp::I64Add }.into(),
        GlobalSet { global: counter }.into(),
    ];
    let instructions = &mut function.block_mut(block).instrs;
    instructions.splice(..0, added.map(|one| (one, Default::default())));
}

/// The blocks of a function, and how many instructions each has.
#[derive(Default)]
struct Blocks(Vec<(InstrSeqId, usize)>);

impl<'a> Visitor<'a> for Blocks {
    fn start_instr_seq(&mut self, block: &'a InstrSeq) {
        self.0.push((block.id(), block.instrs.len()));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn exceeding_the_budget_or_lacking_one_is_a_problem() {
        let limits = json!({ "features": 100, "network": 50 });
        let of = |features: u64, network: u64| json!({ "features": features, "network": network });
        assert!(problems("m", &of(100, 50), &limits).is_empty());
        assert_eq!(problems("m", &of(101, 50), &limits), ["m, features: 101 of 100"]);
        assert_eq!(problems("m", &of(100, 0), &limits), ["m, network: 0 of 50"]);
        assert_eq!(problems("m", &of(1, 1), &Value::Null).len(), 2);
    }

    #[test]
    fn every_iteration_of_a_loop_is_counted() {
        let mut module = Module::default();
        let turns = module.locals.add(ValType::I32);
        let mut function = walrus::FunctionBuilder::new(&mut module.types, &[ValType::I32], &[]);
        function.func_body().loop_(None, |body| {
            let again = body.id();
            body.local_get(turns)
                .i32_const(1)
                .binop(BinaryOp::I32Sub)
                .local_tee(turns)
                .br_if(again);
        });
        function.finish(vec![turns], &mut module.funcs);
        add_counter(&mut module);
        let (_, function) = module.funcs.iter_local().next().unwrap();
        let mut blocks = Blocks::default();
        ir::dfs_in_order(&mut blocks, function, function.entry_block());
        // Four more instructions in the function and in its loop.
        let lens: Vec<usize> = blocks.0.iter().map(|&(_, len)| len).collect();
        assert_eq!(lens, [1 + 4, 5 + 4]);
        assert!(module.exports.iter().any(|export| export.name == COUNTER));
    }
}
