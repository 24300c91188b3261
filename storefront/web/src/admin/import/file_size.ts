/** As the service has it. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024
