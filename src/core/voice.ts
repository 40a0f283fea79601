import type { Attachment } from './channel.ts'

/** Speech to text. Rejects with a Failure when it cannot. */
export interface Transcriber {
  readonly name: string
  transcribe(audio: Attachment, signal: AbortSignal): Promise<string>
}
