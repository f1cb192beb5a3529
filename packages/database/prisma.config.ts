import { defineConfig } from 'prisma/config';

// Only `prisma generate` reads this file; it needs no database. Migrations have a runner of their own (src/migrate).
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
