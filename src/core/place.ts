/** Where a conversation happens. */
export interface ChatRef {
  readonly channel: string
  readonly chat: string
  /** Forum topic or thread. */
  readonly thread?: string
}
