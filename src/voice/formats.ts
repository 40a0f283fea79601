/** Sound formats by the ending of their files. */
const mimes = {
  aac: 'audio/aac',
  flac: 'audio/flac',
  m4a: 'audio/mp4',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  wav: 'audio/wav',
  webm: 'audio/webm',
  wma: 'audio/x-ms-wma',
} as const
export type SoundFormat = keyof typeof mimes

const spellings: Readonly<Record<string, SoundFormat>> = {
  'audio/mp3': 'mp3',
  'audio/mpga': 'mp3',
  'audio/x-mp3': 'mp3',
  'audio/m4a': 'm4a',
  'audio/x-m4a': 'm4a',
  'audio/mp4a-latm': 'm4a',
  'audio/opus': 'ogg',
  'application/ogg': 'ogg',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/x-flac': 'flac',
  'audio/x-aac': 'aac',
  mpga: 'mp3',
  mp4: 'm4a',
  oga: 'ogg',
  opus: 'ogg',
  ...Object.fromEntries(Object.entries(mimes).map(([format, mime]) => [mime, format as SoundFormat])),
}

export const mimeOf = (format: SoundFormat): string => mimes[format]

/** The format of a recording, by its type, else by its name; undefined when neither tells. */
export function formatOf({ mime, name }: { readonly mime: string; readonly name: string }): SoundFormat | undefined {
  const type = mime.toLowerCase().split(';')[0]?.trim() ?? ''
  const ending = name.toLowerCase().split('.').at(-1) ?? ''
  return spellings[type] ?? (ending in mimes ? (ending as SoundFormat) : spellings[ending])
}
