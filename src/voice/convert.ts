import { Problem } from '../core/problem.ts'
import type { Clock } from '../core/clock.ts'
import { within } from './failures.ts'
import type { Convert } from './ports.ts'
import { run } from './run.ts'

/** What ffmpeg is told of a format that it shall write; speech needs no more. */
const targets: Readonly<Record<string, readonly string[]>> = {
  wav: ['-ac', '1', '-ar', '16000', '-c:a', 'pcm_s16le', '-f', 'wav'],
  mp3: ['-ac', '1', '-c:a', 'libmp3lame', '-b:a', '64k', '-f', 'mp3'],
  ogg: ['-ac', '1', '-ar', '48000', '-c:a', 'libopus', '-b:a', '32k', '-application', 'voip', '-f', 'ogg'],
}
const ms = 60_000

/** Converts with the ffmpeg found on `path`, which gets nothing else of the environment and a minute of time. */
export function ffmpegConvert(path: string, clock: Clock): Convert {
  return async (bytes, _, to, signal) => {
    const target = targets[to]
    if (!target) throw new Problem(`Sound cannot be turned into ${to}.`)
    // The protocols are limited so that a crafted playlist makes it read nothing but what it is given.
    const words = [
      'ffmpeg',
      '-v',
      'error',
      '-nostdin',
      '-protocol_whitelist',
      'pipe',
      '-i',
      'pipe:0',
      '-vn',
      '-map_metadata',
      '-1',
    ]
    return within({ clock, endpoint: 'ffmpeg', ms, signal }, (limited) =>
      run({
        words: [...words, ...target, 'pipe:1'],
        input: bytes,
        path,
        signal: limited,
        missing: 'Install ffmpeg: recordings have to be converted for this transcriber.',
      }),
    )
  }
}
