/**
 * The stack file as docker renders it, with all variables replaced, and parts of it. `docker stack deploy` leaves services
 * alone that are not in the file.
 */
import { createHash } from 'node:crypto'
import { dockerOr } from './docker.ts'

export const MEMBERS = ['mongo1', 'mongo2', 'mongo3'] as const
export type Member = (typeof MEMBERS)[number]
/** A label of a member's service: of which definition it is. */
export const DEFINITION = 'shop.definition'

export function render(files: readonly string[], env: NodeJS.ProcessEnv): string {
  const args = ['stack', 'config', ...files.flatMap((file) => ['-c', file])]
  const text = dockerOr('The stack file is not valid:', args, env)
  const members = new Set<string>(MEMBERS)
  return joined(
    // Docker replaces variables again when it reads this: a dollar that is left is meant.
    parts(text.replaceAll('$', '$$$$')).map((part) =>
      part.service !== undefined && members.has(part.service) ? { ...part, text: labelled(part.text) } : part,
    ),
  )
}

export const withServices = (rendered: string, chosen: (service: string) => boolean): string =>
  joined(parts(rendered).filter(({ service }) => service === undefined || chosen(service)))

export const servicesIn = (rendered: string): string[] =>
  parts(rendered).flatMap(({ service }) => service ?? [])

export const definitionOf = (rendered: string, member: Member): string =>
  new RegExp(`${DEFINITION}: (\\w+)`).exec(withServices(rendered, (service) => service === member))![1]!

/** The name that a secret has in Swarm. */
export const nameOfSecret = (rendered: string, secret: string): string =>
  new RegExp(`^secrets:\\n(?:  .*\\n)*?  ${secret}:\\n    name: (\\S+)$`, 'm').exec(rendered)![1]!

type Part = { readonly service?: string; readonly text: string }

/** Docker writes two spaces for each level, and the services as the second level of `services`. */
function parts(rendered: string): Part[] {
  const found: Part[] = []
  let section = ''
  for (const line of rendered.trimEnd().split('\n')) {
    section = /^(\w+):/.exec(line)?.[1] ?? section
    const service = section === 'services' ? /^ {2}(\w+):$/.exec(line)?.[1] : undefined
    const last = found.at(-1)
    if (service !== undefined) found.push({ service, text: line })
    else if (last && !(last.service !== undefined && /^\S/.test(line)))
      found[found.length - 1] = { ...last, text: `${last.text}\n${line}` }
    else found.push({ text: line })
  }
  return found
}

const joined = (found: readonly Part[]) => `${found.map(({ text }) => text).join('\n')}\n`

function labelled(text: string): string {
  const definition = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return text.replace(
    '\n    deploy:\n',
    `\n    deploy:\n      labels:\n        ${DEFINITION}: ${definition}\n`,
  )
}
