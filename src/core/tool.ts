import type { ChatRef } from './place.ts'
import type { JsonObject } from './json.ts'
import type { DocumentPart, ImagePart, TextPart } from './message.ts'

/** What a model is told about a tool. */
export interface ToolSpec {
  readonly name: string
  readonly description: string
  /** JSON schema of the input object. */
  readonly input: JsonObject
}
export interface ToolOutput {
  readonly content: readonly (TextPart | ImagePart | DocumentPart)[]
  readonly isError?: boolean
}
/** What a tool may know about the turn it runs in. */
export interface ToolContext {
  readonly session: string
  readonly origin: ChatRef
  readonly signal: AbortSignal
}
export interface Tool {
  readonly spec: ToolSpec
  /** True when calls may run side by side: nothing outside the reply changes. */
  readonly readOnly: boolean
  /** Never throws but on abort: what goes wrong is told to the model in the output. */
  run(input: JsonObject, context: ToolContext): Promise<ToolOutput>
}
