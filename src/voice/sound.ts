import type { Attachment } from '../core/channel.ts'
import { Problem } from '../core/problem.ts'
import { formatOf, mimeOf } from './formats.ts'
import type { SoundFormat } from './formats.ts'
import type { Convert } from './ports.ts'

export interface Sound {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly format: SoundFormat
  readonly mime: string
}

/** A recording in a format that its listener takes: as it is, else as the last format of the list. Rejects with a Problem. */
export async function soundOf(
  audio: Attachment,
  taken: readonly SoundFormat[],
  convert: Convert,
  signal: AbortSignal,
): Promise<Sound> {
  const bytes = new Uint8Array(await audio.bytes(signal))
  if (bytes.length === 0) throw new Problem('The recording is empty.')
  const from = formatOf(audio)
  if (from && taken.includes(from)) return { bytes, format: from, mime: mimeOf(from) }
  const to = taken.includes('wav') ? 'wav' : (taken.at(-1) ?? 'wav')
  const made = await convert(bytes, from ?? '', to, signal)
  return { bytes: new Uint8Array(made), format: to, mime: mimeOf(to) }
}
