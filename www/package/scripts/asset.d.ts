/** For bundlers that turn a file into its address, such as esbuild with `--loader:.wasm=file`. */
declare const address: string;
export default address;
