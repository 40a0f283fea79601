/** A secret as it may stand in a text: as it is, in base64, in a URL, in JSON. */
export function formsOf(secret: string): readonly string[] {
  const json = escaped(secret)
  const wellFormed = secret.toWellFormed()
  const encoded = [
    encodeURIComponent(wellFormed),
    encodeURI(wellFormed),
    new URLSearchParams({ s: secret }).toString().slice(2),
  ]
  return [
    secret,
    ...base64Forms(Buffer.from(secret)),
    ...encoded,
    ...encoded.map((form) => form.replace(/%[0-9A-F]{2}/g, (unit) => unit.toLowerCase())),
    json,
    json.replaceAll('/', '\\/'),
    // As in a log of JSON lines that quotes an answer of JSON.
    escaped(json),
  ]
}

const escaped = (text: string) => JSON.stringify(text).slice(1, -1)

/** A secret's own base64, and the middle of what it becomes behind one or two other bytes (as in `user:password`). */
function base64Forms(bytes: Buffer): readonly string[] {
  const own = bytes.toString('base64')
  const shifted = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const mixedEnd = (before + bytes.length) % 3 === 0 ? 0 : 1
    const mixedStart = before === 0 ? 0 : before + 1
    return text.slice(mixedStart, text.length - mixedEnd)
  })
  const standard = [own, own.replace(/=+$/, ''), ...shifted]
  return [...standard, ...standard.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))]
}
