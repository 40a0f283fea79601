/** One thing that must work for the gateway to be ready, with what shows it. */
export interface Check {
  readonly ok: boolean
  /** What is known, or what is wrong and how to mend it. */
  readonly message?: string
  /** Epoch milliseconds of the last sign of life. */
  readonly heardAt?: number
}

/** A figure for monitoring. */
export interface Metric {
  /** Without the prefix of the program. */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly values: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[]
}

/** What the HTTP server asks of the house. */
export interface GatewayPorts {
  /** Milliseconds since the start. */
  uptime(): number
  /** By name. */
  checks(): Promise<Readonly<Record<string, Check>>>
  metrics(): Promise<readonly Metric[]>
  /** Reads the configuration again. A Problem when it cannot be used. */
  reload(): Promise<void>
  /** Begins a message anew that was set aside. False when there is none with this id. */
  retry(id: string): Promise<boolean>
  /** Secrets that a caller may show as bearer; none means that nobody may. */
  tokens(): readonly string[]
}
