import { openSkills, type Skills } from '../../app/skills.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Command } from '../command.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'
import { readSkillInstall } from '../skill-arguments.ts'
import { subcommand } from '../subcommand.ts'

const command: Command = {
  usage: `Usage: picoclaw skills [list] [--json]
       picoclaw skills search QUERY [--limit 20] [--json]
       picoclaw skills install OWNER/REPO[/FOLDER] | URL [--force] [--json]
       picoclaw skills install [--registry NAME] SLUG [--version VERSION] [--force] [--json]
       picoclaw skills remove NAME [--json]
       picoclaw skills show NAME [--json]
       picoclaw skills list-builtin [--json]

list          the skills that the agent has, and where they come from
search        asks every registry of the configuration (tools.skills)
install       takes a skill into the workspace: one from GitHub, or one of a registry by its slug. What is flagged as malware is refused
remove        removes a skill from the workspace (also: rm, uninstall)
show          prints the instructions of a skill, and tells when it is no longer what was installed
list-builtin  the skills that came with picoclaw

A skill is instructions that the agent follows, and scripts that it may run. Read it before you trust it.
`,
  async run(args, io) {
    const { action, rest } = subcommand('skills', actions, args)
    const abort = new AbortController()
    using _interrupt = io.onInterrupt(() => abort.abort(new Error('stopped')))
    try {
      return await action(rest, io, abort.signal)
    } catch (error) {
      if (abort.signal.aborted) return exitCodes.interrupted
      throw error
    }
  },
}
export default command

type Action = (args: readonly string[], io: Io, signal: AbortSignal) => Promise<number>

const remove: Action = async (args, io) => {
  const { word: name, json } = oneWord('remove', 'a name', args)
  const removed = await (await openSkills(io.redactor)).remove(name)
  io.stdout.write(json ? line({ ok: true, name: removed }) : `✓ Skill '${removed}' removed successfully!\n`)
  return exitCodes.ok
}

const actions: Readonly<Record<string, Action>> = {
  list: (args, io) => list(args, io, (skills) => skills.list(), ['Installed Skills:', 'No skills installed.']),
  'list-builtin': (args, io) =>
    list(args, io, (skills) => skills.builtin(), ['Builtin Skills:', 'No skills came with this picoclaw.']),
  async search(args, io, signal) {
    const { values, positionals } = parse(args, { limit: { type: 'string' }, json: { type: 'boolean' } }, true)
    const query = positionals.join(' ').trim()
    const limit = Number(values.limit ?? 20)
    if (query === '' || !Number.isInteger(limit) || limit < 1 || limit > 100)
      throw new Problem('skills search takes words, and a limit from 1 to 100.', {
        mend: 'For example: picoclaw skills search weather --limit 5',
        exitCode: exitCodes.usage,
      })
    const found = await (await openSkills(io.redactor)).search(query, limit, signal)
    if (values.json) io.stdout.write(line({ skills: found }))
    else if (found.length === 0) io.stdout.write(`No skills found for "${query}".\n`)
    else
      io.stdout.write(
        `Available Skills (${found.length}):\n${found
          .map(({ slug, name, summary, registry, version }) =>
            [
              `  📦 ${plain(name ?? slug)}`,
              `     ${plain(summary)}`,
              `     Slug: ${plain(slug)}`,
              `     Registry: ${registry}`,
              ...(version ? [`     Version: ${plain(version)}`] : []),
            ].join('\n'),
          )
          .join('\n')}\n`,
      )
    return exitCodes.ok
  },
  async install(args, io, signal) {
    const { json, ...order } = readSkillInstall(args)
    const skills = await openSkills(io.redactor)
    if (!json) io.stdout.write(`Installing skill from ${order.slug}...\n`)
    const installed = await skills.install(order, signal)
    if (json) io.stdout.write(line({ ok: true, ...installed }))
    else {
      if (installed.warning !== undefined) io.stderr.write(`⚠ ${installed.warning}\n`)
      io.stdout.write(`✓ Skill '${installed.name}' installed successfully!\n  ${installed.location}\n`)
    }
    return exitCodes.ok
  },
  remove,
  rm: remove,
  uninstall: remove,
  async show(args, io) {
    const { word: name, json } = oneWord('show', 'a name', args)
    const { skill, text, changed } = await (await openSkills(io.redactor)).show(name)
    if (json) io.stdout.write(line({ ...skill, text, ...(changed !== undefined && { changed }) }))
    else {
      if (changed) io.stderr.write(`⚠ '${skill.name}' is no longer what was installed.\n`)
      io.stdout.write(`${text.replaceAll(/(?![\n\t])\p{Cc}/gu, '')}\n`)
    }
    return exitCodes.ok
  },
}

async function list(
  args: readonly string[],
  io: Io,
  ask: (skills: Skills) => ReturnType<Skills['list']>,
  [head, none]: readonly [string, string],
): Promise<number> {
  const { values } = parse(args, { json: { type: 'boolean' } })
  const found = await ask(await openSkills(io.redactor))
  if (values.json) io.stdout.write(line({ skills: found }))
  else if (found.length === 0) io.stdout.write(`${none}\n`)
  else {
    const rows = found.map(({ name, source, description, origin }) => {
      const from = origin ? `, ${origin.registry} ${origin.version.slice(0, 12)}` : ''
      const about = description === '' ? '' : `\n    ${plain(description)}`
      return `  ✓ ${plain(name)} (${source}${plain(from)})${about}`
    })
    io.stdout.write(`${head}\n${rows.join('\n')}\n`)
  }
  return exitCodes.ok
}

function oneWord(action: string, what: string, args: readonly string[]) {
  const { values, positionals } = parse(args, { json: { type: 'boolean' } }, true)
  const [word, ...more] = positionals
  if (word === undefined || more.length > 0)
    throw new Problem(`skills ${action} takes ${what}.`, {
      mend: 'See "picoclaw skills list".',
      exitCode: exitCodes.usage,
    })
  return { word, json: values.json ?? false }
}

const line = (value: object) => `${JSON.stringify(value)}\n`
/** One line without control characters: the text is somebody else's. */
const plain = (text: string) =>
  text
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trimEnd()
    .slice(0, 300)
