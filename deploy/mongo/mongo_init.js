/**
 * Run by mongosh, at every deployment: makes the members a replica set, sets its election timeout, and creates the users
 * the services sign in with. Every step first looks whether it is done, so a second run changes nothing, and one that was
 * cut off does no harm.
 *
 * Every call of the shell is awaited: mongosh adds that only where a call is made directly, not to what a callback returns.
 */
const fs = require('node:fs')

const FOLDER = process.env.MONGO_SECRETS_FOLDER ?? '/run/secrets'
const MEMBERS = (process.env.MONGO_MEMBERS ?? 'mongo1:27017,mongo2:27017,mongo3:27017').split(',')
/** How long the others wait for a primary that is silent before they elect another; MongoDB's own default is 10000. */
const ELECTION_TIMEOUT_MS = Number(process.env.MONGO_ELECTION_TIMEOUT_MS || 2000)
const DATABASES = ['shop_auth', 'shop_products', 'shop_orders', 'shop_notifications', 'shop_payments']
const DATA = DATABASES.map((db) => ({ role: 'readWrite', db }))
/** For mongodump and mongorestore too, and to see who is connected. */
const COPYING = ['backup', 'restore', 'clusterMonitor'].map((role) => ({ role, db: 'admin' }))
const USERS = [
  // The services use one of them; the other is for the next password.
  { user: 'shop', file: 'mongo_shop_password', roles: DATA },
  { user: 'shop_2', file: 'mongo_shop_2_password', roles: DATA },
  // The operator's commands.
  { user: 'shop_backup', file: 'mongo_backup_password', roles: [...DATA, ...COPYING] },
  { user: 'shop_doctor', file: 'mongo_doctor_password', roles: DATA },
]
/** E.g. `tls=true&tlsCAFile=…`. */
const OPTIONS = `serverSelectionTimeoutMS=3000&${process.env.MONGO_URL_OPTIONS ?? ''}`
const ATTEMPTS = 60
const PAUSE_MS = 2000
const NOT_YET_INITIALIZED = 94
const AUTHENTICATION_FAILED = 18
const MAJORITY = { w: 'majority' }

/** By the rule of service_kit/src/runtime/secret_files.ts: a byte order mark or a line end is not part of a secret. */
const valueIn = (text) => text.replace(/^\uFEFF/, '').replace(/[\r\n]+$/, '')
const secret = (name) => valueIn(fs.readFileSync(`${FOLDER}/${name}`, 'utf8'))
const rootUrl = (hosts, options) =>
  `mongodb://root:${encodeURIComponent(secret('mongo_root_password'))}@${hosts}/admin?${options}&${OPTIONS}`

async function retry(what, attempt) {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt()
    } catch (error) {
      if (attempts === ATTEMPTS) throw error
      print(`${what}: ${error.message}; trying again`)
      await sleep(PAUSE_MS)
    }
  }
}

async function initiate() {
  const admin = await connect(rootUrl(MEMBERS[0], 'directConnection=true'))
  try {
    await admin.adminCommand({ replSetGetStatus: 1 })
    return
  } catch (error) {
    if (error.code !== NOT_YET_INITIALIZED) throw error
  }
  const members = MEMBERS.map((host, _id) => ({ _id, host }))
  const settings = { electionTimeoutMillis: ELECTION_TIMEOUT_MS }
  await admin.adminCommand({ replSetInitiate: { _id: 'rs0', members, settings } })
  print('The replica set is made.')
}

async function configure() {
  const admin = await connect(rootUrl(MEMBERS.join(','), 'replicaSet=rs0&w=majority'))
  await setElectionTimeout(admin)
  for (const user of USERS) await setUser(admin, user)
  await admin.adminCommand({
    setDefaultRWConcern: 1,
    defaultWriteConcern: MAJORITY,
    writeConcern: MAJORITY,
  })
}

async function setElectionTimeout(admin) {
  const { config } = await admin.adminCommand({ replSetGetConfig: 1 })
  if (config.settings?.electionTimeoutMillis === ELECTION_TIMEOUT_MS) return
  const settings = { ...config.settings, electionTimeoutMillis: ELECTION_TIMEOUT_MS }
  await admin.adminCommand({ replSetReconfig: { ...config, settings, version: config.version + 1 } })
  print(`The election timeout is ${ELECTION_TIMEOUT_MS} ms.`)
}

async function setUser(admin, { user, file, roles }) {
  // A user is there only where its password is given.
  if (!fs.existsSync(`${FOLDER}/${file}`)) return
  const pwd = secret(file)
  const { users } = await admin.adminCommand({ usersInfo: user })
  if (users.length === 0) await admin.adminCommand({ createUser: user, pwd, roles, writeConcern: MAJORITY })
  else if (await canSignIn(user, pwd)) return grant(admin, users[0], roles)
  else await admin.adminCommand({ updateUser: user, pwd, roles, writeConcern: MAJORITY })
  print(`The user "${user}" has its password.`)
}

/** A release may have a database more. */
async function grant(admin, { user, roles: granted }, roles) {
  const lacking = roles.filter(
    ({ role, db }) => !granted.some((each) => each.role === role && each.db === db),
  )
  if (lacking.length === 0) return
  await admin.adminCommand({ grantRolesToUser: user, roles: lacking, writeConcern: MAJORITY })
  print(`The user "${user}" may use ${lacking.map(({ db }) => db).join(', ')}.`)
}

async function canSignIn(user, pwd) {
  const options = `replicaSet=rs0&authSource=admin&${OPTIONS}`
  try {
    await connect(`mongodb://${user}:${encodeURIComponent(pwd)}@${MEMBERS.join(',')}/?${options}`)
    return true
  } catch (error) {
    if (error.code !== AUTHENTICATION_FAILED) throw error
    return false
  }
}

async function main() {
  await retry('initiate', initiate)
  await retry('configure', configure)
}

main().catch((error) => {
  print(error.message)
  process.exit(1)
})
