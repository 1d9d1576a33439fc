"""What is public and not reviewed, and all else that waits for nobody, in the order the desk shows it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("pipeline", "0005_review_append_only_log")]

    operations = [
        migrations.AddIndex(
            model_name="translation",
            index=models.Index(
                condition=models.Q(("waits", False)),
                fields=["state", "-risk", "-published", "-id", "changed_at", "language", "entry"],
                name="translation_done",
            ),
        ),
    ]
