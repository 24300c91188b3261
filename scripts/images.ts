/** `npm run images`: builds the image of each service from the Dockerfile. */
import { spawnSync } from 'node:child_process'
import { readArguments, refuse } from './arguments.ts'

const TARGETS = ['auth_service', 'product_service', 'order_service', 'storefront']

const { values, words } = readArguments(
  {
    name: 'npm run images',
    summary: `Builds the images of ${TARGETS.join(', ')}, or only those that are named.`,
    words: '[service ...]',
    options: {
      tag: { type: 'string', help: 'Tag of the images (default: latest).' },
      registry: { type: 'string', help: 'Prefix of the image names, e.g. registry.example.com/shop/.' },
      'node-image': { type: 'string', help: 'Base image, instead of the one in the Dockerfile.' },
      network: { type: 'string', help: 'Network of the build, as for docker build.' },
    },
  },
  process.argv.slice(2),
)
for (const word of words) {
  if (!TARGETS.includes(word)) refuse(`There is no image "${word}". There are: ${TARGETS.join(', ')}.`)
}
if (values.registry !== undefined && !values.registry.endsWith('/')) {
  refuse(`--registry must end with "/", as REGISTRY must for the stack: ${values.registry}/`)
}
for (const target of words.length > 0 ? words : TARGETS) {
  const image = `${values.registry ?? ''}${target}:${values.tag ?? 'latest'}`
  const baseImage = values['node-image']
  const args = [
    ...['build', '--target', target, '--tag', image],
    ...(baseImage === undefined ? [] : ['--build-arg', `NODE_IMAGE=${baseImage}`]),
    ...(values.network === undefined ? [] : ['--network', values.network]),
    '.',
  ]
  console.log(`docker ${args.join(' ')}`)
  const { status, error } = spawnSync('docker', args, { stdio: 'inherit' })
  if (error) refuse('docker is not installed, or not on the PATH.')
  if (status !== 0) refuse(`${image} was not built; see the messages of docker above.`)
}
