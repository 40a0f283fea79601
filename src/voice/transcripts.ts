/** What a channel may have put where a recording stood. */
const markers = /\[(?:voice|audio)(?::[^\]]*)?\]/g

/**
 * The words of a message with those of its recordings, each once: where their markers stand, in order, the rest at the end. Undefined
 * stands for a recording that was not understood; its marker stays.
 */
export function applyTranscriptions(text: string, transcripts: readonly (string | undefined)[]): string {
  const shown = transcripts.map((transcript) => transcript && `[voice: ${transcript}]`)
  let at = 0
  const replaced = text.replaceAll(markers, (marker) => {
    const own = shown[at]
    at += 1
    return own ?? marker
  })
  return [replaced, ...shown.slice(at)].filter(Boolean).join('\n')
}

/** What is shown of what was understood; undefined when that is not wanted or there was nothing to hear. */
export function transcriptionEcho(wanted: boolean, transcripts: readonly string[]): string | undefined {
  if (!wanted || transcripts.length === 0) return undefined
  const heard = transcripts.filter((transcript) => transcript.trim() !== '')
  return heard.length > 0 ? `Transcript: ${heard.join('\n')}` : 'No words were heard in the recording.'
}
