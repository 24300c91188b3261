/**
 * `npm run images`: builds the image of each service, and that of the operator's commands, from its folder, after the
 * bundles and pages that it contains.
 */
import { spawnSync } from 'node:child_process'
import { readArguments, refuse } from './arguments.ts'
import { buildAllIfOld } from './build/parts.ts'

const IMAGES = [
  'auth_service',
  'product_service',
  'notification_service',
  'payment_service',
  'order_service',
  'storefront',
  'ops',
]

const { values, words } = readArguments(
  {
    name: 'npm run images',
    summary: `Builds the images of ${IMAGES.join(', ')}, or only those that are named.`,
    words: '[service ...]',
    options: {
      tag: { type: 'string', help: 'Tag of the images (default: latest).' },
      registry: { type: 'string', help: 'Prefix of the image names, e.g. registry.example.com/shop/.' },
      'node-image': { type: 'string', help: 'Base image, instead of the one in the Dockerfiles.' },
    },
  },
  process.argv.slice(2),
)
for (const word of words) {
  if (!IMAGES.includes(word)) refuse(`There is no image "${word}". There are: ${IMAGES.join(', ')}.`)
}
if (values.registry !== undefined && !values.registry.endsWith('/')) {
  refuse(`--registry must end with "/", as REGISTRY must for the stack: ${values.registry}/`)
}
await buildAllIfOld((what) => console.log(`building the ${what}`)).catch((error: Error) =>
  refuse(error.message),
)
for (const name of words.length > 0 ? words : IMAGES) {
  const image = `${values.registry ?? ''}${name}:${values.tag ?? 'latest'}`
  const baseImage = values['node-image']
  const args = [
    ...['build', '--tag', image],
    ...(baseImage === undefined ? [] : ['--build-arg', `NODE_IMAGE=${baseImage}`]),
    `./${name}`,
  ]
  console.log(`docker ${args.join(' ')}`)
  const { status, error } = spawnSync('docker', args, { stdio: 'inherit' })
  if (error) refuse('docker is not installed, or not on the PATH.')
  if (status !== 0) refuse(`${image} was not built; see the messages of docker above.`)
}
