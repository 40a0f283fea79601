/** An agent's folder. */
export interface Workspace {
  /** Absolute path. */
  readonly root: string
  /** What the prompt takes from it, read anew at each call. */
  read(): Promise<{
    readonly root: string
    readonly files: readonly { readonly name: string; readonly text: string }[]
    readonly memory: string
  }>
}
