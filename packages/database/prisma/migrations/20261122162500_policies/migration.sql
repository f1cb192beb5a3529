-- AlterTable
ALTER TABLE "alias_targets" ADD COLUMN     "deadlines" JSONB;

-- AlterTable
ALTER TABLE "aliases" ADD COLUMN     "policy" JSONB;

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "limits" JSONB,
ADD COLUMN     "source_addresses" TEXT[];

-- AlterTable
ALTER TABLE "credential_models" ADD COLUMN     "context_length" INTEGER,
ADD COLUMN     "force_mapping" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "credentials" ADD COLUMN     "policy" JSONB;

-- AlterTable
ALTER TABLE "tenants" ADD COLUMN     "limits" JSONB;
