import { config } from 'zod'

// Schemas that are checked once or twice in a command are not worth compiling first.
config({ jitless: true })
