import { readFile, stat } from 'node:fs/promises'
import { get as httpGet, type Agent, type IncomingMessage } from 'node:http'
import { get as httpsGet } from 'node:https'
import { isAbsolute } from 'node:path'
import { ApiFailure } from './failure.ts'

export interface Download {
  /** Holds the token: it is never told. */
  readonly address: URL
  /** As a server of one’s own told it, which may tell where on this machine the file lies. */
  readonly path: string
  readonly agent: Agent
  readonly maxBytes: number
  readonly signal: AbortSignal
}

/** The bytes of a file. Throws an ApiFailure, or what the machinery throws. */
export async function download({ address, path, agent, maxBytes, signal }: Download): Promise<Uint8Array> {
  if (isAbsolute(path)) {
    if ((await stat(path)).size > maxBytes) throw tooLarge(maxBytes)
    return readFile(path, { signal })
  }
  const response = await open(address, agent, signal)
  if (response.statusCode !== 200) {
    response.destroy()
    throw new ApiFailure('refused', `The file could not be loaded (${response.statusCode}).`, {
      status: response.statusCode ?? 0,
    })
  }
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response as AsyncIterable<Uint8Array>) {
    size += piece.length
    // Leaving the loop ends the connection.
    if (size > maxBytes) throw tooLarge(maxBytes)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

const tooLarge = (maxBytes: number) => new ApiFailure('refused', `The file has more than ${maxBytes} bytes.`)

function open(address: URL, agent: Agent, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = address.protocol === 'https:' ? httpsGet : httpGet
    get(address, { agent, signal }, resolve).once('error', reject)
  })
}
