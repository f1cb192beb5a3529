-- AlterTable
ALTER TABLE "credential_models" ADD COLUMN     "thinking" JSONB;
