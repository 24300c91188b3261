/**
 * `npm run stack:deploy`: deploys docker-compose.yml to the Swarm. It checks first that the secrets and the images are
 * there, so that nothing is created if one is missing. Members of the database that exist are left out: a deployment of
 * the shop never restarts them, whatever changed. `npm run stack:database` updates them, one after the other.
 */
import { readArguments, refuse } from './arguments.ts'
import { ROOT } from './root.ts'
import { docker, dockerOr } from './stack/docker.ts'
import { MEMBERS, render, servicesIn, withServices } from './stack/rendering.ts'
import { keepSetting, readSettings, SETTINGS_FILE, SETTINGS_OPTION } from './stack/settings.ts'

const { values } = readArguments(
  {
    name: 'npm run stack:deploy',
    summary: 'Deploys the stack to the Swarm of this machine, after checking secrets and images.',
    options: {
      ...SETTINGS_OPTION,
      'resolve-image': { type: 'string', help: 'As for docker stack deploy (default: changed).' },
    },
    notes: 'STACK names the stack (default: ecommerce). Members of the database that exist stay as they are.',
  },
  process.argv.slice(2),
)
const settings = readSettings(ROOT, values.settings)
const { stack, files } = settings
if (docker(['info', '--format', '{{.Swarm.ControlAvailable}}']).output !== 'true') {
  refuse('Not deployed: this machine is not the manager of a Swarm. `docker swarm init` makes it one.')
}
const label = `label=com.docker.stack.namespace=${stack}`
const existing = docker(['service', 'ls', '--filter', label, '--format', '{{.Name}}']).output.split('\n')
const isNew = (member: string) => !existing.includes(`${stack}_${member}`)
const env = { ...settings.env }
let rendered = render(files, env)
if (MEMBERS.every(isNew)) pinDatabase()
const left = MEMBERS.filter((member) => !isNew(member))
const deployed = withServices(rendered, (service) => !left.some((member) => member === service))
checkPlaces()
checkImages()
const args = ['stack', 'deploy', '--resolve-image', values['resolve-image'] ?? 'changed']
const deploy = [...args, '--with-registry-auth', '--compose-file', '-', stack]
console.log(dockerOr('Not deployed, or not all of it:', deploy, env, deployed))
if (left.length > 0)
  console.log(`Left as they are: ${left.join(', ')} (npm run stack:database updates them).`)

/** The image of a new database gets the digest that the registry answers, for every later deployment too. */
function pinDatabase(): void {
  const [name] = imagesIn(withServices(rendered, (service) => service === 'mongo1'))
  if (name === undefined || name.includes('@') || !docker(['pull', '--quiet', name]).ok) return
  const digests = docker(['image', 'inspect', '--format', '{{join .RepoDigests " "}}', name]).output
  const [digest] = /@sha256:\w+/.exec(digests) ?? []
  if (digest === undefined) return
  env.MONGO_IMAGE = name + digest
  keepSetting(values.settings, 'MONGO_IMAGE', env.MONGO_IMAGE)
  console.log(`${values.settings ?? SETTINGS_FILE} has MONGO_IMAGE=${env.MONGO_IMAGE} from now on.`)
  rendered = render(files, env)
}

/** A member that is started on another node finds no files there. */
function checkPlaces(): void {
  const free = MEMBERS.filter(
    (member) => servicesIn(deployed).includes(member) && !env[`${member.toUpperCase()}_CONSTRAINT`],
  )
  const nodes = docker(['node', 'ls', '--quiet']).output.split('\n')
  if (nodes.length > 1 && free.length > 0) {
    refuse(
      `Not deployed: with ${nodes.length} nodes each member of the database needs a node of its own. Label them`,
      `(docker node update --label-add mongo=1 NODE) and set in ${SETTINGS_FILE}: ` +
        free
          .map((member) => `${member.toUpperCase()}_CONSTRAINT=node.labels.mongo==${member.at(-1)}`)
          .join(' '),
    )
  }
}

/** What is not on this machine must be in a registry, from which every node gets it. */
function checkImages(): void {
  const missing = [...new Set(imagesIn(deployed))].filter(
    (image) => !docker(['image', 'inspect', image]).ok && !docker(['pull', '--quiet', image]).ok,
  )
  if (missing.length > 0) {
    refuse(
      `Not deployed: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} neither on this machine nor in a registry.`,
      '`npm run images` builds the images of the shop; TAG and REGISTRY name them.',
    )
  }
}

/** Of the services that have replicas. */
function imagesIn(text: string): string[] {
  return servicesIn(text)
    .map((name) => withServices(text, (service) => service === name))
    .filter((service) => !/^ {6}replicas: 0$/m.test(service))
    .flatMap((service) => /^ {4}image: (.+)$/m.exec(service)?.[1] ?? [])
}
