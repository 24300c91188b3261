/** Codes, labels and names of errors that MongoDB, its driver and the system report, by what they mean (errors.ts). */

const WRITE_CONFLICT = 112
export const PASSING_LABELS: readonly string[] = [
  'RetryableWriteError',
  'TransientTransactionError',
  'UnknownTransactionCommitResult',
  'RetryableError',
  'SystemOverloadedError',
  'PoolRequestedRetry',
]

export const PASSING_CODES: ReadonlySet<unknown> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  43, // CursorNotFound: the rest of a long list, after its server restarted
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  79, // UnknownReplWriteConcern
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // UnsatisfiableWriteConcern
  WRITE_CONFLICT,
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  211, // KeyNotFound: a set just made has none yet to sign its clock with
  216, // ElectionInProgress
  237, // CursorKilled
  239, // SnapshotTooOld
  246, // SnapshotUnavailable
  251, // NoSuchTransaction
  262, // ExceededTimeLimit
  267, // PreparedTransactionInProgress
  279, // ClientDisconnect
  290, // TransactionExceededLifetimeLimitSeconds
  358, // InternalTransactionNotSupported while the set changes its version
  365, // TemporarilyUnavailable: the cache is full of what is not written yet
  462, // IngressRequestRateLimitExceeded
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
])
/** The operator has to act: wrong user, missing right, full disk. Waiting does not help. */
export const FAULT_CODES: ReadonlySet<unknown> = new Set([13, 18, 8000, 14031])
/** The same, found by the driver. The driver does not export all of these as classes. */
export const FAULT_NAMES: ReadonlySet<string> = new Set([
  'MongoAWSError',
  'MongoAzureError',
  'MongoCompatibilityError',
  'MongoGCPError',
  'MongoKerberosError',
  'MongoMissingCredentialsError',
  'MongoMissingDependencyError',
  'MongoOIDCError',
])
export const PASSING_NAMES: ReadonlySet<string> = new Set([
  'MongoWaitQueueTimeoutError',
  'MongoPoolClosedError',
  // A member left the set while an operation was on its way to it.
  'MongoServerClosedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoNotConnectedError',
  'MongoExpiredSessionError',
  'MongoOperationTimeoutError',
  'MongoStalePrimaryError',
  // The majority was not reached, whatever the reason.
  'MongoWriteConcernError',
  // What came from the connection is no answer: the server, or what is between, broke while it was sent.
  'MongoUnexpectedServerResponseError',
  'MongoDecompressionError',
  'MongoParseError',
])

/** Errors of sockets and their streams, which the driver does not always wrap: a write that waits for `drain` fails with them. */
export const SYSTEM_CODES: ReadonlySet<unknown> = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECANCELED',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENFILE',
  'ENOBUFS',
  'ENOTCONN',
  'ENOTFOUND',
  'EPIPE',
  'EPROTO',
  'ETIMEDOUT',
])
/** Of Node's streams, sockets and TLS: `ERR_STREAM_DESTROYED`, `ERR_SOCKET_CLOSED`, `ERR_SSL_…`. */
export const STREAM_CODE = /^ERR_(?:STREAM|SOCKET|SSL|TLS)_/
