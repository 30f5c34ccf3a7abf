/** An address of a mirror: https, or plain http on this machine; no login in it. */
export const mirrorAddress = /^(https:\/\/[^\s@]+|http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?(\/[^\s@]*)?)$/i
