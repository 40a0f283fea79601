export interface Upload {
  readonly name: string
  readonly bytes: Buffer
}
export interface Form {
  readonly fields: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, Upload>>
}

/** Reads multipart/form-data. Throws on anything that is not whole: a missing end, a part without a name, a name that comes twice. */
export function readForm(body: Buffer, contentType: string): Form {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/.exec(contentType)
  const mark = `--${boundary?.[1] ?? boundary?.[2] ?? ''}`
  if (mark === '--') throw new Error('no boundary')
  const fields: Record<string, string> = {}
  const files: Record<string, Upload> = {}
  let at = body.indexOf(mark)
  if (at < 0) throw new Error('the boundary does not occur')
  for (;;) {
    at += mark.length
    if (body.subarray(at, at + 2).toString() === '--') return { fields, files }
    if (body.subarray(at, at + 2).toString() !== '\r\n') throw new Error('no line end after the boundary')
    const end = body.indexOf(`\r\n${mark}`, at)
    const headEnd = body.indexOf('\r\n\r\n', at)
    if (end < 0 || headEnd < 0 || headEnd > end) throw new Error('a part is not whole')
    const head = body.subarray(at + 2, headEnd).toString()
    const content = body.subarray(headEnd + 4, end)
    const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(head)?.[1] ?? ''
    const name = attribute(disposition, 'name')
    if (name === undefined || name in fields || name in files) throw new Error(`bad or repeated name ${name}`)
    const filename = attribute(disposition, 'filename')
    if (filename === undefined) fields[name] = content.toString()
    else files[name] = { name: filename, bytes: Buffer.from(content) }
    at = end + 2
  }
}

function attribute(disposition: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|;)\\s*${name}=(?:"([^"]*)"|([^;\\s]+))`).exec(disposition)
  return found ? (found[1] ?? found[2]) : undefined
}
