import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeSkill {
  readonly slug: string
  readonly summary?: string
  readonly version?: string
  readonly moderation?: object
  /** Of `/download`. */
  readonly zip?: Uint8Array
}

export interface FakeRegistry extends AsyncDisposable {
  readonly url: string
  /** Method, path and query of each request, and its token. */
  readonly asked: readonly { readonly path: string; readonly token: string | undefined }[]
  /** The next requests are answered with these statuses. */
  fail(...statuses: readonly number[]): void
}

/** A server on loopback with the interface of ClawHub. */
export function fakeClawhub(skills: readonly FakeSkill[], token?: string): Promise<FakeRegistry> {
  return serve(token, (url, response) => {
    const slug = url.searchParams.get('slug') ?? decodeURIComponent(url.pathname.split('/')[4] ?? '')
    const skill = skills.find((one) => one.slug === slug)
    if (url.pathname === '/api/v1/search') {
      const words = (url.searchParams.get('q') ?? '').split(' ')
      const results = skills
        .filter(({ slug: name }) => words.some((word) => name.includes(word)))
        .map(({ slug: name, summary, version }, index) => ({
          slug: name,
          summary,
          version,
          displayName: name,
          score: 1 - index / 10,
        }))
      return json(response, { results })
    }
    if (!skill) return void response.writeHead(404).end('Not found')
    if (url.pathname.startsWith('/api/v1/skills/'))
      return json(response, {
        skill: { slug, displayName: slug, summary: skill.summary },
        latestVersion: { version: skill.version ?? '1.0.0' },
        ...(skill.moderation && { moderation: skill.moderation }),
      })
    if (url.pathname !== '/api/v1/download') return void response.writeHead(404).end('Not found')
    response.writeHead(200, { 'content-type': 'application/zip' }).end(skill.zip)
  })
}

const commit = 'c0ffee'.padEnd(40, '0')

/** A GitHub of one's own on loopback with one repository, `org/repo`. Files are asked for at its one commit only. */
export function fakeGithub(files: Readonly<Record<string, string>>, token?: string): Promise<FakeRegistry> {
  return serve(token, (url, response, request) => {
    const [, rest = ''] = /^\/api\/v3\/(.*)$/.exec(decodeURIComponent(url.pathname)) ?? []
    if (rest === 'search/code')
      return json(response, {
        items: Object.keys(files)
          .filter((path) => path.endsWith('SKILL.md'))
          .map((path) => ({
            name: 'SKILL.md',
            path,
            repository: { full_name: 'org/repo', description: 'All of them' },
          })),
      })
    const ref = /^repos\/org\/repo\/commits\/(.+)$/.exec(rest)?.[1]
    if (ref !== undefined)
      return ['HEAD', 'dev', commit].includes(ref)
        ? void response.writeHead(200).end(commit)
        : json(response, { message: 'No commit found' }, 422)
    const path = /^repos\/org\/repo\/contents\/(.*)$/.exec(rest)?.[1]
    if (path === undefined || url.searchParams.get('ref') !== commit)
      return json(response, { message: 'Not Found' }, 404)
    if (Object.hasOwn(files, path)) {
      const raw = /raw/.test(request.headers.accept ?? '')
      return raw ? void response.writeHead(200).end(files[path]) : json(response, { type: 'file' })
    }
    const below = Object.keys(files).filter((file) => path === '' || file.startsWith(`${path}/`))
    if (below.length === 0) return json(response, { message: 'Not Found' }, 404)
    const names = new Map(
      below.map((file): [string, object] => {
        const [name = '', ...deeper] = file.slice(path === '' ? 0 : path.length + 1).split('/')
        const type = deeper.length > 0 ? 'dir' : name.endsWith('.link') ? 'symlink' : 'file'
        return [name, { name, type, path: path === '' ? name : `${path}/${name}` }]
      }),
    )
    json(response, [...names.values()])
  })
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function serve(
  token: string | undefined,
  answer: (url: URL, response: ServerResponse, request: IncomingMessage) => void,
): Promise<FakeRegistry> {
  const asked: { path: string; token: string | undefined }[] = []
  const failures: number[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://registry')
    const given = request.headers.authorization?.replace(/^Bearer /, '')
    asked.push({ path: url.pathname + url.search, token: given })
    const failure = failures.shift()
    if (failure !== undefined) response.writeHead(failure, failure === 429 ? { 'retry-after': '7' } : {}).end('no')
    else if (token !== undefined && given !== token) response.writeHead(401).end('no')
    else answer(url, response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    fail: (...statuses) => void failures.push(...statuses),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
