import { build, type BuildOptions, type Confirm } from '../../src/app/build.ts'
import { environment } from '../../src/config/environment.ts'

export interface Terminal extends AsyncDisposable {
  /** What was written for one question. */
  ask(text: string): Promise<{ readonly stdout: string; readonly stderr: string }>
  stop(): void
  readonly exitCode: number
  readonly app: Awaited<ReturnType<typeof build>>
}

/** A conversation with the whole program behind it, in this process. */
export async function terminal(
  home: string,
  options: Partial<BuildOptions> & { readonly confirm?: Confirm; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Terminal> {
  const { confirm, env = {}, ...rest } = options
  const written = { stdout: '', stderr: '' }
  const sink = (name: 'stdout' | 'stderr') => ({
    write(text: string) {
      written[name] += text
    },
  })
  const app = await build({
    environment: environment({ PATH: process.env['PATH'], HOME: home, PICOCLAW_HOME: home, ...env }),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    debug: false,
    interactive: false,
    json: false,
    watch: true,
    ...rest,
  })
  if (confirm) app.confirmBy(confirm)
  return {
    app,
    async ask(text) {
      written.stdout = written.stderr = ''
      await app.ask(text)
      return { ...written }
    },
    stop: () => app.stop(),
    get exitCode() {
      return app.exitCode
    },
    [Symbol.asyncDispose]: () => app.close(),
  }
}
