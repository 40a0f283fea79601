import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Attachment } from '../../src/core/channel.ts'
import { silent } from '../../src/core/log.ts'
import { systemClock } from '../../src/kit/clock.ts'
import type { ModelEntry } from '../../src/models/entry.ts'
import { toEntry } from '../../src/models/entry-from-row.ts'
import type { ModelRow } from '../../src/models/row.ts'
import type { VoicePorts, VoiceSettings } from '../../src/voice/ports.ts'

export interface Upload {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly fields: Readonly<Record<string, string>>
  readonly file: { readonly name: string; readonly type: string; readonly bytes: Buffer }
}
type Answer = { readonly status?: number; readonly body: object | string } | 'hang'

/**
 * Transcription services on loopback. Strict as the real ones: multipart with exactly one file whose name has an ending they know, the
 * right fields for the path, the right key; everything else is a 4xx.
 */
export async function speechServer(answer: (upload: Upload) => Answer | Promise<Answer>) {
  const uploads: Upload[] = []
  const refusals: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const reply = (status: number, body: object | string) => {
        response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json' })
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      }
      const refuse = (why: string) => {
        refusals.push(why)
        reply(400, { error: { message: why } })
      }
      const type = request.headers['content-type'] ?? ''
      if (request.method !== 'POST' || !type.startsWith('multipart/form-data; boundary='))
        return refuse('not a multipart POST')
      const form = await new Response(Buffer.concat(chunks), { headers: { 'content-type': type } }).formData()
      const fields: Record<string, string> = {}
      const files: Upload['file'][] = []
      for (const [name, value] of form) {
        if (typeof value === 'string') fields[name] = value
        else files.push({ name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) })
      }
      const [file] = files
      if (!file || files.length > 1 || form.get('file') === null) return refuse('exactly one file is wanted')
      if (!/\.(?:flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)$/.test(file.name)) return refuse(`format of ${file.name}`)
      const path = request.url ?? ''
      if (path.endsWith('/audio/transcriptions')) {
        if (!fields['model'] || fields['response_format'] !== 'json') return refuse('model and response_format')
      } else if (path === '/v1/speech-to-text') {
        if (fields['model_id'] !== 'scribe_v1' || !request.headers['xi-api-key']) return refuse('model_id and key')
      } else return reply(404, { error: 'no such path' })
      const upload = { path, headers: request.headers, fields, file }
      uploads.push(upload)
      const made = await answer(upload)
      if (made !== 'hang') reply(made.status ?? 200, made.body)
    })().catch((error: unknown) => {
      refusals.push(String(error))
      response.destroy()
    })
  })
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    uploads,
    refusals,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const usualPath = '/usr/local/bin:/usr/bin:/bin'

export const portsOf = (more: Partial<VoicePorts> = {}): VoicePorts => ({
  clock: systemClock,
  log: silent,
  fetchFor: () => globalThis.fetch,
  provider: (name) => {
    throw new Error(`no model ${name}`)
  },
  convert: () => Promise.reject(new Error('nothing is converted here')),
  path: usualPath,
  ...more,
})

export const settings = (more: Partial<VoiceSettings> = {}): VoiceSettings => ({ echo_transcription: false, ...more })
export const entryOf = (row: Partial<ModelRow>): ModelEntry =>
  toEntry({ model_name: '', model: '', api_key: 'k', ...row })

export const note = (bytes: string | Buffer = 'sound', more: Partial<Attachment> = {}): Attachment => ({
  kind: 'audio',
  mime: 'audio/ogg',
  name: 'voice.oga',
  bytes: () => Promise.resolve(Buffer.from(bytes)),
  ...more,
})
export const idle = new AbortController().signal
