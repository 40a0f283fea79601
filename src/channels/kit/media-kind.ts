/** How a file is shown: what a platform that tells pictures, sound and films apart should be told. */
export type MediaKind = 'image' | 'audio' | 'video' | 'file'

const endings: Readonly<Record<string, MediaKind>> = {
  jpg: 'image',
  jpeg: 'image',
  png: 'image',
  gif: 'image',
  webp: 'image',
  bmp: 'image',
  mp3: 'audio',
  m4a: 'audio',
  ogg: 'audio',
  oga: 'audio',
  opus: 'audio',
  wav: 'audio',
  flac: 'audio',
  aac: 'audio',
  mp4: 'video',
  mov: 'video',
  webm: 'video',
  mkv: 'video',
  avi: 'video',
}

/** The kind of a file by its MIME type, else by the ending of its name. Vector graphics are files: no platform draws them. */
export function mediaKind(name: string, mime: string): MediaKind {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const type = mime.toLowerCase()
  if (type.startsWith('image/svg') || ending === 'svg') return 'file'
  const [family] = type.split('/')
  if (family === 'image' || family === 'audio' || family === 'video') return family
  return type === '' || type === 'application/octet-stream' ? (endings[ending] ?? 'file') : 'file'
}
