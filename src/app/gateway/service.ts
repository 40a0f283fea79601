import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Problem } from '../../core/problem.ts'

/** A service of the person's own session that keeps the gateway running. */
export interface ServicePlan {
  readonly path: string
  readonly text: string
  /** Commands that make the system take it over, in order. */
  readonly start: readonly string[]
  readonly stop: readonly string[]
  /** Makes it run while nobody is logged in, and what follows where that is not allowed. */
  readonly linger?: { readonly command: string; readonly otherwise: string }
}

export interface ServiceFacts {
  readonly platform: NodeJS.Platform
  /** The person's home folder. */
  readonly userHome: string
  /** The folder of picoclaw's own files. */
  readonly home: string
  /** The config file, when it is not the one of the home. */
  readonly config?: string
  /** Absolute paths of Node and of the program. */
  readonly node: string
  readonly program: string
}

const label = 'ai.picoclaw.gateway'

/** What is written for this platform. A Problem where there is no such thing. */
export function servicePlan(facts: ServiceFacts): ServicePlan {
  if (facts.platform === 'linux') return systemd(facts)
  if (facts.platform === 'darwin') return launchd(facts)
  throw new Problem(`There is no service for ${facts.platform}.`, {
    mend: 'Start "picoclaw gateway" from your own service manager.',
  })
}

function systemd({ userHome, home, config, node, program }: ServiceFacts): ServicePlan {
  const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`
  const variables = [`PICOCLAW_HOME=${home}`, ...(config === undefined ? [] : [`PICOCLAW_CONFIG=${config}`])]
  return {
    path: join(userHome, '.config/systemd/user/picoclaw.service'),
    text: `[Unit]
Description=picoclaw gateway
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=${quoted(node)} ${quoted(program)} gateway
${variables.map((variable) => `Environment=${quoted(variable)}`).join('\n')}
Restart=on-failure
RestartSec=5
# Turns are finished or parked within 8 seconds of the signal.
TimeoutStopSec=20
NoNewPrivileges=yes
UMask=0077

[Install]
WantedBy=default.target
`,
    start: ['systemctl --user daemon-reload', 'systemctl --user enable --now picoclaw.service'],
    stop: ['systemctl --user disable --now picoclaw.service'],
    linger: {
      command: 'loginctl enable-linger',
      otherwise:
        'The service ends when you log out and does not start at boot. "sudo loginctl enable-linger $USER" changes that.',
    },
  }
}

function launchd({ userHome, home, config, node, program }: ServiceFacts): ServicePlan {
  const path = join(userHome, `Library/LaunchAgents/${label}.plist`)
  const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const text = (value: string) => `<string>${xml(value)}</string>`
  const variables = { PICOCLAW_HOME: home, ...(config !== undefined && { PICOCLAW_CONFIG: config }) }
  return {
    path,
    text: `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>${text(label)}
  <key>ProgramArguments</key><array>${text(node)}${text(program)}${text('gateway')}</array>
  <key>EnvironmentVariables</key><dict>${Object.entries(variables)
    .map(([key, value]) => `<key>${key}</key>${text(value)}`)
    .join('')}</dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ExitTimeOut</key><integer>20</integer>
  <key>StandardErrorPath</key>${text(join(home, 'gateway.log'))}
</dict>
</plist>
`,
    start: [`launchctl load -w ${shellWord(path)}`],
    stop: [`launchctl unload -w ${shellWord(path)}`],
  }
}

const shellWord = (text: string) => (/^[\w/.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

export async function writeService({ path, text }: ServicePlan): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { mode: 0o600 })
}

export async function removeService({ path }: ServicePlan): Promise<void> {
  await rm(path, { force: true })
}
