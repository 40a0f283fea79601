import type { Upload } from './multipart.ts'

export type Values = Readonly<Record<string, unknown>>

/** A chat that the bot is in. */
export interface FakeChat {
  readonly id: number
  readonly type: 'private' | 'group' | 'supergroup' | 'channel'
  readonly title?: string
  readonly first_name?: string
  /** Topics of a forum. */
  readonly topics?: readonly number[]
  /** The person blocked the bot. */
  blocked?: boolean
  /** The group became a supergroup. */
  movedTo?: number
}

/** A message of the bot, as the service keeps it. */
export interface Shown {
  readonly chat: number
  readonly id: number
  text: string
  entities: readonly object[]
  readonly thread?: number
  readonly replyTo?: number
  readonly album?: string
  readonly file?: { readonly type: string; readonly name: string; readonly bytes: Buffer }
  /** How often it was changed. */
  edits: number
}

export interface Call {
  readonly method: string
  readonly values: Values
  readonly files: Readonly<Record<string, Upload>>
}

/** A refusal, as the service words it. */
export class Refused extends Error {
  readonly status: number
  readonly parameters: Values | undefined

  constructor(status: number, description: string, parameters?: Values) {
    super(description)
    this.status = status
    this.parameters = parameters
  }
}
export const bad = (what: string, parameters?: Values) => new Refused(400, `Bad Request: ${what}`, parameters)

export interface State {
  readonly me: { readonly id: number; readonly is_bot: true; readonly first_name: string; readonly username: string }
  readonly chats: Map<number, FakeChat>
  readonly shown: Shown[]
  readonly files: Map<string, { readonly bytes: Buffer; readonly path: string }>
  commands: readonly object[]
  reactions: Values[]
  actions: Values[]
  webhook: { readonly url: string; readonly secret: string } | undefined
  /** What getWebhookInfo tells beside the address. */
  webhookTrouble: Values
  nextMessage: number
}
