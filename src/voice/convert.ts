import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import { within } from './failures.ts'
import type { Convert } from './ports.ts'
import { run } from './run.ts'

/** What ffmpeg is told of a format that it shall write; speech needs no more. */
const targets: Readonly<Record<string, readonly string[]>> = {
  wav: ['-ac', '1', '-ar', '16000', '-c:a', 'pcm_s16le', '-f', 'wav'],
  mp3: ['-ac', '1', '-c:a', 'libmp3lame', '-b:a', '64k', '-f', 'mp3'],
  ogg: ['-ac', '1', '-ar', '48000', '-c:a', 'libopus', '-b:a', '32k', '-application', 'voip', '-f', 'ogg'],
}
/** How ffmpeg calls a format that it shall read. A named one is not guessed, so that nothing poses as a playlist. */
const sources: Readonly<Record<string, string>> = {
  aac: 'aac',
  flac: 'flac',
  m4a: 'mov',
  mp3: 'mp3',
  ogg: 'ogg',
  wav: 'wav',
  webm: 'matroska',
  wma: 'asf',
}
/** Formats whose table of contents may stand at the end: they cannot be read from a pipe. */
const needsFile: ReadonlySet<string> = new Set(['m4a'])
const ms = 60_000
const start = ['ffmpeg', '-v', 'error', '-nostdin', '-protocol_whitelist'] as const
/** Sound alone, without what the recorder wrote about itself. */
const clean = ['-vn', '-map_metadata', '-1'] as const

/** Converts with the ffmpeg found on `path`, which gets nothing else of the environment and a minute of time. */
export function ffmpegConvert(path: string, clock: Clock): Convert {
  return async (bytes, from, to, signal) => {
    const target = targets[to]
    if (!target) throw new Problem(`Sound cannot be turned into ${to}.`)
    const source = sources[from]
    const read = source === undefined ? [] : ['-f', source]
    const convert = (input: string, protocol: string, limited: AbortSignal, piped?: Uint8Array) =>
      run({
        words: [...start, protocol, ...read, '-i', input, ...clean, ...target, 'pipe:1'],
        ...(piped && { input: piped }),
        path,
        signal: limited,
        missing: 'Install ffmpeg: recordings have to be converted for this transcriber.',
      })
    return within({ clock, endpoint: 'ffmpeg', ms, signal }, async (limited) => {
      if (!needsFile.has(from)) return convert('pipe:0', 'pipe', limited, bytes)
      const folder = await mkdtemp(join(tmpdir(), 'picoclaw-sound-'))
      try {
        const file = join(folder, 'sound')
        await writeFile(file, bytes, { mode: 0o600 })
        return await convert(file, 'file,pipe', limited)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  }
}
