/** What has to be undone, last first. After `run`, what comes late is undone at once. */
export class Undo {
  #steps: (() => void)[] = [];
  #done = false;

  add(step: () => void): void {
    if (this.#done) step();
    else this.#steps.push(step);
  }

  run(): void {
    this.#done = true;
    for (const step of this.#steps.splice(0).reverse()) step();
  }
}
