import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'

/** Answers Node's requests with what answers those of the web. Loading this file loads the web's classes: some 15 MB. */
export function listenerOf(answer: (request: Request) => Response | Promise<Response>): RequestListener {
  const listener = getRequestListener(answer)
  return (request, response) => void listener(request, response)
}
