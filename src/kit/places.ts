/** At most so many at a time; who comes later waits in order. */
export class Places {
  readonly #most: () => number
  #taken = 0
  readonly #waiting: (() => void)[] = []

  /** `most` is asked anew each time; 0 is no limit. */
  constructor(most: () => number) {
    this.#most = most
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#most() > 0 && this.#taken >= this.#most())
      await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    this.#taken += 1
    try {
      return await work()
    } finally {
      this.#taken -= 1
      this.#waiting.shift()?.()
    }
  }
}
