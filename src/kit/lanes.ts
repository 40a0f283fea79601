/** Work that shares a key runs one at a time, in order; different keys run side by side. Failed work does not hold up what follows. */
export class Lanes {
  readonly #tails = new Map<string, Promise<unknown>>()

  /** Lanes with work in them. */
  get size(): number {
    return this.#tails.size
  }

  /** Resolves when no work is left, work that is added meanwhile included. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values())
  }

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#tails.get(key) ?? Promise.resolve()).then(work)
    const tail = result
      .catch(() => undefined)
      .finally(() => {
        if (this.#tails.get(key) === tail) this.#tails.delete(key)
      })
    this.#tails.set(key, tail)
    return result
  }
}
