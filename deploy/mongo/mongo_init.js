/**
 * Run by mongosh, once at every deployment: makes the members a replica set and creates the user the services sign in
 * with. Every step first looks whether it is done, so a second run, or one that was cut off, does no harm.
 */
const fs = require('node:fs')

/** By the rule of service_kit/src/runtime/secret_files.ts: a byte order mark or a line end is not part of a secret. */
const valueIn = (text) => text.replace(/^\uFEFF/, '').replace(/[\r\n]+$/, '')
const secret = (name) => valueIn(fs.readFileSync(`/run/secrets/${name}`, 'utf8'))
const rootUrl = (host, options) =>
  `mongodb://root:${encodeURIComponent(secret('mongo_root_password'))}@${host}/admin?${options}`
const MEMBERS = (process.env.MONGO_MEMBERS ?? 'mongo1:27017,mongo2:27017,mongo3:27017').split(',')
const DATABASES = ['shop_auth', 'shop_products', 'shop_orders']

function retry(what, attempt) {
  for (let attempts = 1; ; attempts++) {
    try {
      return attempt()
    } catch (error) {
      if (attempts === 60) throw error
      print(`${what}: ${error.message}; trying again`)
      sleep(2000)
    }
  }
}

retry('initiate', () => {
  const admin = connect(rootUrl(MEMBERS[0], 'directConnection=true&serverSelectionTimeoutMS=3000'))
  try {
    admin.getSiblingDB('admin').runCommand({ replSetGetStatus: 1 }).ok || initiate(admin)
  } catch (error) {
    if (error.codeName !== 'NotYetInitialized') throw error
    initiate(admin)
  }
})

function initiate(admin) {
  const members = MEMBERS.map((host, _id) => ({ _id, host }))
  const answer = admin.adminCommand({ replSetInitiate: { _id: 'rs0', members } })
  if (!answer.ok && answer.codeName !== 'AlreadyInitialized') throw new Error(answer.errmsg)
  print('The replica set is made.')
}

retry('users', () => {
  const admin = connect(rootUrl(MEMBERS.join(','), 'replicaSet=rs0&serverSelectionTimeoutMS=3000&w=majority'))
  const user = {
    pwd: secret('mongo_shop_password'),
    roles: DATABASES.map((db) => ({ role: 'readWrite', db })),
  }
  if (admin.getUser('shop')) admin.updateUser('shop', user)
  else admin.createUser({ user: 'shop', ...user })
  admin.adminCommand({
    setDefaultRWConcern: 1,
    defaultWriteConcern: { w: 'majority' },
    writeConcern: { w: 'majority' },
  })
  print('The user "shop" is ready.')
})
