from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0018_code_apps_and_mail_language")]

    operations = [
        migrations.AddIndex(
            model_name="position",
            index=models.Index(
                models.F("claim"),
                models.OrderBy(
                    models.Case(
                        models.When(stance__in=["denies", "admits", "retracts"], then=models.Value("1")),
                        default=models.Value("0"),
                        output_field=models.CharField(max_length=1),
                    ),
                    descending=True,
                ),
                models.OrderBy(models.F("published_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("published_at__isnull", False)),
                name="claims_position_on_page",
            ),
        ),
    ]
